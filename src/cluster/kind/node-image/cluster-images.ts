import { lstat, readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { corednsImage } from '../../../image/coredns-image.ts';
import type { LayerEntry } from '../../../image/layer-entry.ts';
import { ociArchitecture } from '../../../image/oci-architecture.ts';
import { pauseImage } from '../../../image/pause-image.ts';
import { writeOciImage, type ImageFile } from '../../../image/write-oci-image.ts';
import { DrainbenchError } from '../../../model/drainbench-error.ts';
import type { NodeParts } from './install-node.ts';
import { runStep } from './run-step.ts';

export const NETWORK_IMAGE = 'localhost/drainbench/kindnet:v1';

/**
 * Writes the images that a cluster needs before it can pull any, under the names that kubeadm asks for. Programs are
 * those of tools/; what kube-proxy calls (nft, iptables …) is the node's own.
 */
export async function writeClusterImages(
  parts: NodeParts,
  folder: string,
  cacheDir: string,
  signal: AbortSignal,
): Promise<readonly ImageFile[]> {
  const { tools, kubernetesVersion, root } = parts;
  const architecture = ociArchitecture(process.arch);
  const write = (reference: string, entries: readonly LayerEntry[], entrypoint: string) =>
    writeOciImage({
      reference,
      layers: [entries],
      config: { entrypoint: [entrypoint] },
      architecture,
      output: join(folder, `${basename(entrypoint)}.tar`),
      signal,
    });
  const one = (reference: string, source: string, path = `/usr/local/bin/${basename(source)}`) =>
    write(reference, [{ kind: 'file', path, source }], path);
  const required = await requiredImages(tools.kubeadm, kubernetesVersion, signal);
  const etcd = required.find((reference) => reference.includes('/etcd:')) ?? '';
  const images = [
    await pauseImage(tools.pause, { cacheDir, signal }),
    await corednsImage(tools.coredns, { cacheDir, signal }),
    await one(etcd, tools.etcd),
    await one(`registry.k8s.io/kube-apiserver:${kubernetesVersion}`, tools['kube-apiserver']),
    await one(
      `registry.k8s.io/kube-controller-manager:${kubernetesVersion}`,
      tools['kube-controller-manager'],
    ),
    await one(`registry.k8s.io/kube-scheduler:${kubernetesVersion}`, tools['kube-scheduler']),
    await one(NETWORK_IMAGE, tools.kindnet, '/bin/kindnetd'),
    await write(
      `registry.k8s.io/kube-proxy:${kubernetesVersion}`,
      await proxyEntries(root, tools['kube-proxy'], signal),
      '/usr/local/bin/kube-proxy',
    ),
  ];
  requireAll(
    required,
    images.map(({ reference }) => reference),
  );
  return images;
}

/** Another pause than kubeadm's is what kind itself uses: containerd's configuration names it. */
async function requiredImages(kubeadm: string, version: string, signal: AbortSignal): Promise<string[]> {
  const list = ['config', 'images', 'list', '--kubernetes-version', version];
  const answer = await runStep("asking kubeadm for its images' names", [kubeadm, ...list], { signal });
  return answer.split('\n').filter((line) => line !== '' && !line.includes('/pause:'));
}

function requireAll(required: readonly string[], made: readonly string[]): void {
  const missing = required.filter((reference) => !made.includes(reference));
  if (missing.length === 0) return;
  throw new DrainbenchError({
    code: 'node-image-incomplete',
    message: 'kubeadm asks for images that the pinned tools do not make',
    expected: missing.join(', '),
    found: made.join(', '),
  });
}

const PROXY_PROGRAMS = ['xtables-nft-multi', 'nft', 'conntrack', 'ipset', 'kmod'];
const XTABLES_LINKS = ['iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save'].concat(
  'ip6tables-restore',
);

async function proxyEntries(root: string, kubeProxy: string, signal: AbortSignal): Promise<LayerEntry[]> {
  const programs = PROXY_PROGRAMS.map((name) => (name === 'kmod' ? `/usr/bin/${name}` : `/usr/sbin/${name}`));
  const extensions = await extensionFolder(root);
  const plugins = (await readdir(join(root, extensions))).map((name) => join(extensions, name));
  // Extensions are loaded at run time and have libraries of their own: libxt_statistic alone needs libm.
  const loaded = [...programs, ...plugins.filter((name) => name.endsWith('.so'))];
  const ldd = await runStep('ldd', ['chroot', root, 'ldd', ...loaded], { signal });
  const libraries = new Set(
    [...ldd.matchAll(/(?:=> |^\s)(\/\S+) \(0x/gm)].map(([, library]) => library ?? ''),
  );
  return [
    { kind: 'file', path: '/usr/local/bin/kube-proxy', source: kubeProxy },
    ...programs.map((path) => ({ kind: 'file' as const, path, source: join(root, path) })),
    ...[...libraries].map((path) => ({ kind: 'file' as const, path, source: join(root, path) })),
    ...(await Promise.all(plugins.map((path) => fileOrLink(root, path)))),
    ...XTABLES_LINKS.map((name) => ({
      kind: 'link' as const,
      path: `/usr/sbin/${name}`,
      target: 'xtables-nft-multi',
    })),
    { kind: 'link', path: '/usr/sbin/modprobe', target: '/usr/bin/kmod' },
  ];
}

async function fileOrLink(root: string, path: string): Promise<LayerEntry> {
  const source = join(root, path);
  return (await lstat(source)).isSymbolicLink()
    ? { kind: 'link', path, target: await readlink(source) }
    : { kind: 'file', path, source };
}

/** `/usr/lib/x86_64-linux-gnu/xtables`, or the like of another architecture. */
async function extensionFolder(root: string): Promise<string> {
  for (const name of await readdir(join(root, 'usr/lib'))) {
    const folder = join('/usr/lib', name, 'xtables');
    if ((await readdir(join(root, folder)).catch(() => [])).length > 0) return folder;
  }
  throw new Error('the Debian root has no iptables extensions');
}
