import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Engine } from './engine.ts';
import { askEngine, type EngineAccess } from './engine-command.ts';
import type { KindProxyMode } from './kind-config.ts';
import { listContainers } from './kind-nodes.ts';

/** 128, the kernel's default, made kube-proxy of a three-node cluster fail: "too many open files". */
const INOTIFY_INSTANCES = 512;
/** A node copies the images that its own image holds, and unpacks them: about 0.9 GiB, measured. */
const BYTES_PER_NODE = 2 ** 30;

export interface PreflightOptions {
  readonly name: string;
  /** Node containers in all. */
  readonly containers: number;
  readonly nodeImage: string;
  readonly proxyMode: KindProxyMode;
  readonly publishedNodePorts: readonly number[];
}

/**
 * Finds what would stop `kind create` minutes later, and says it at once. Returns the Kubernetes version of the node
 * image. Throws `kind-not-ours`, `inotify-too-low`, `ipvs-missing`, `engine-disk-full`, `port-taken`, and
 * `engine-not-privileged` or `node-image-unusable`.
 */
export async function preflight(
  engine: Engine,
  access: EngineAccess,
  options: PreflightOptions,
  signal: AbortSignal,
): Promise<string> {
  await requireNameFree(access, options.name, signal);
  if (engine.local) {
    await requireInotify();
    await requireSpace(engine.dataFolder, options.containers);
    if (options.proxyMode === 'ipvs') await requireIpvs();
  }
  for (const port of options.publishedNodePorts) await requirePort(port);
  return probePrivileged(access, options.nodeImage, signal);
}

async function requireNameFree(access: EngineAccess, name: string, signal: AbortSignal): Promise<void> {
  if ((await listContainers(access, name, signal)).length === 0) return;
  throw new DrainbenchError({
    code: 'kind-not-ours',
    message: `a kind cluster named "${name}" exists already, and drainbench did not make it`,
    fix: `measure on it: drainbench run SCENARIO --driver kind --cluster ${name}; or give another --name`,
    command: 'kind get clusters',
    exitCode: EXIT.usage,
  });
}

async function requireInotify(): Promise<void> {
  const limit = Number(await readFile('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
  if (limit >= INOTIFY_INSTANCES) return;
  throw new DrainbenchError({
    code: 'inotify-too-low',
    message: "this machine's limit of inotify instances is too low for kind's nodes",
    expected: `fs.inotify.max_user_instances ≥ ${INOTIFY_INSTANCES}`,
    found: String(limit),
    fix: `sudo sysctl -w fs.inotify.max_user_instances=${INOTIFY_INSTANCES}`,
  });
}

async function requireSpace(folder: string, containers: number): Promise<void> {
  const found = await statfs(folder).catch(() => null); // not for our eyes: then the engine itself will tell
  if (found === null) return;
  const free = found.bavail * found.bsize;
  const needed = BYTES_PER_NODE * containers;
  if (free >= needed) return;
  throw new DrainbenchError({
    code: 'engine-disk-full',
    message: `there is too little space for ${containers} nodes where the engine keeps its containers`,
    expected: `${needed / 2 ** 30} GiB free in ${folder}`,
    found: `${(free / 2 ** 30).toFixed(1)} GiB`,
    fix: 'docker system prune, or fewer nodes',
  });
}

async function requireIpvs(): Promise<void> {
  if (existsSync('/proc/net/ip_vs')) return;
  const modprobe = await execa('modprobe', ['--dry-run', 'ip_vs'], { reject: false });
  if (modprobe.exitCode === 0) return;
  throw new DrainbenchError({
    code: 'ipvs-missing',
    message: 'kube-proxy cannot run in ipvs mode: the kernel of this machine has no IPVS',
    expected: 'the kernel module ip_vs',
    found: 'neither loaded nor there to load',
    fix: 'use --proxy-mode nftables or iptables',
  });
}

async function requirePort(port: number): Promise<void> {
  const server = createServer();
  const taken = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => resolve(false));
  });
  if (!taken) {
    await new Promise((resolve) => server.close(resolve));
    return;
  }
  throw new DrainbenchError({
    code: 'port-taken',
    message: `port ${port} on 127.0.0.1 is taken, and a NodePort of the cluster is to be published there`,
    fix: `end what listens there, or move the range with DRAINBENCH_KIND_NODE_PORTS=FIRST`,
    command: `ss -ltnp sport = :${port}`,
  });
}

/** One container of the very image, with the very rights: an engine that cannot start it says why within a second. */
async function probePrivileged(access: EngineAccess, image: string, signal: AbortSignal): Promise<string> {
  const name = `drainbench-probe-${process.pid}`;
  const run = ['run', '--rm', '--privileged', '--network', 'none', '--name', name, '--entrypoint', 'cat'];
  try {
    return (await askEngine(access, [...run, image, '/kind/version'], signal)).trim();
  } catch (error) {
    if (!(error instanceof DrainbenchError)) throw error;
    const said = error.detail ?? '';
    if (said.includes('/kind/version')) throw unusable(image, error);
    throw new DrainbenchError({
      code: 'engine-not-privileged',
      message: "kind's nodes are privileged containers, and the engine cannot start one",
      found: said.split('\n').at(0) ?? '',
      ...(error.command === undefined ? {} : { command: error.command }),
      fix: /apply caps|operation not permitted/i.test(said)
        ? 'this machine withholds a capability that the engine wants to give: use a newer engine, or a machine that has them all'
        : 'an engine that runs as root, or a rootless one that is set up for kind; see also: drainbench doctor',
      cause: error,
    });
  } finally {
    // Interrupted half-way, the client is gone but its container is not.
    if (signal.aborted) await askEngine(access, ['rm', '--force', name]).catch(() => undefined);
  }
}

function unusable(image: string, cause: DrainbenchError): DrainbenchError {
  return new DrainbenchError({
    code: 'node-image-unusable',
    message: `${image} is not a node image of kind: it has no /kind/version`,
    fix: 'kindest/node:TAG, or the image of drainbench kind build-node-image',
    cause,
  });
}
