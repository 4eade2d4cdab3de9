import { appendFile, chmod, copyFile, cp, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ToolPaths } from '../../../tools/tool-paths.ts';
import type { NODE_IMAGE_TOOLS } from './node-image-tools.ts';
import { networkManifest } from './kind-module.ts';
import { runStep } from './run-step.ts';

export interface NodeParts {
  /** The Debian root that becomes the node. */
  readonly root: string;
  readonly kindModule: string;
  readonly tools: ToolPaths<(typeof NODE_IMAGE_TOOLS)[number]>;
  readonly kubernetesVersion: string;
  readonly networkImage: string;
}

/** Makes a kind node of a Debian root: what kind's images/base/Dockerfile and `kind build node-image` do. */
export async function installNode(parts: NodeParts, signal: AbortSignal): Promise<void> {
  const { root, kindModule, tools } = parts;
  const files = join(kindModule, 'images/base/files');
  // The module cache is read-only, and its files are not executable.
  for (const folder of ['kind', 'etc', 'usr']) await copyWritable(join(files, folder), join(root, folder));
  await makeExecutable(join(root, 'kind/bin'));
  await chmod(join(root, 'usr/local/bin/entrypoint'), 0o755);
  await rm(join(root, 'usr/local/bin/clean-install'));
  await silenceUnits(root, signal);

  for (const folder of ['etc/kubernetes/manifests', 'opt/cni/bin', 'etc/cni/net.d', 'kind/manifests'])
    await mkdir(join(root, folder), { recursive: true });
  const programs = {
    'usr/local/bin': [tools.containerd, tools['containerd-shim-runc-v2'], tools.ctr, tools.crictl],
    'usr/local/sbin': [tools.runc],
    'opt/cni/bin': [tools['host-local'], tools.loopback, tools.ptp, tools.portmap],
    'usr/bin': [tools.kubelet, tools.kubectl, tools.kubeadm],
  };
  for (const [folder, sources] of Object.entries(programs)) {
    for (const source of sources) await copyFile(source, join(root, folder, source.split('/').at(-1) ?? ''));
    await makeExecutable(join(root, folder));
  }
  await writeFile(join(root, 'etc/containerd/cri-base.json'), await containerBase(tools.ctr, signal));
  await writeFile(join(root, 'kind/version'), parts.kubernetesVersion);
  const manifests = join(root, 'kind/manifests');
  await writeFile(join(manifests, 'default-cni.yaml'), await networkManifest(kindModule, parts.networkImage));
  await writeFile(join(manifests, 'default-storage.yaml'), STORAGE);
}

/** kind starts the controller manager with its host-path provisioner: no further image is needed. */
const STORAGE = `apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: standard
  annotations:
    storageclass.kubernetes.io/is-default-class: "true"
provisioner: kubernetes.io/host-path
`;

async function copyWritable(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyWritable(join(from, entry.name), target);
    else {
      await cp(join(from, entry.name), target, { force: true });
      await chmod(target, 0o644);
    }
  }
}

async function makeExecutable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isFile()) await chmod(join(folder, entry.name), 0o755);
}

/** A node starts containerd, the kubelet, and nothing of what a Debian machine starts. */
async function silenceUnits(root: string, signal: AbortSignal): Promise<void> {
  const units = join(root, 'usr/lib/systemd/system');
  await rm(join(units, 'sysinit.target.wants/systemd-tmpfiles-setup.service'), { force: true });
  for (const wants of await readdir(join(root, 'etc/systemd/system')))
    if (wants.endsWith('.wants')) await empty(join(root, 'etc/systemd/system', wants), () => true);
  for (const target of ['multi-user', 'local-fs', 'basic'])
    await empty(join(units, `${target}.target.wants`), () => true);
  await empty(join(units, 'sockets.target.wants'), (name) => /udev|initctl/.test(name));
  await appendFile(join(root, 'etc/systemd/journald.conf'), 'ReadKMsg=no\n');
  await symlink('/usr/lib/systemd/systemd', join(root, 'sbin/init')).catch(() => undefined); // systemd-sysv has it
  const systemctl = ['chroot', root, 'systemctl'] as const;
  for (const unit of ['kubelet', 'containerd', 'undo-mount-hacks'])
    await runStep(`enabling ${unit}`, [...systemctl, 'enable', `${unit}.service`], { signal });
  await runStep('masking binfmt', [...systemctl, 'mask', 'systemd-binfmt.service'], { signal });
}

async function empty(folder: string, isUnwanted: (name: string) => boolean): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(isUnwanted)) await rm(join(folder, name), { recursive: true });
}

/** The default container, with kind's hook that gives each Pod its own product_uuid, and no limits of the host's. */
async function containerBase(ctr: string, signal: AbortSignal): Promise<string> {
  const spec = JSON.parse(await runStep('ctr oci spec', [ctr, 'oci', 'spec'], { signal })) as {
    hooks?: { createContainer?: unknown[] };
    process: { rlimits?: unknown };
  };
  spec.hooks = { ...spec.hooks, createContainer: [{ path: '/kind/bin/mount-product-files.sh' }] };
  delete spec.process.rlimits;
  return JSON.stringify(spec);
}
