import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { execa } from 'execa';

import { countOf } from '../../model/count-of.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { Engine } from './engine.ts';
import type { EngineAccess } from './engine-command.ts';
import { INOTIFY_NEEDS } from './inotify-needs.ts';
import type { KindProxyMode } from './kind-config.ts';
import { listContainers } from './kind-nodes.ts';

/** A node copies the images that its own image holds, and unpacks them: about 0.9 GiB, measured. */
const BYTES_PER_NODE = 2 ** 30;

export interface PreflightOptions {
  readonly name: string;
  /** Node containers in all. */
  readonly containers: number;
  readonly proxyMode: KindProxyMode;
  readonly publishedNodePorts: readonly number[];
}

/**
 * Finds what would stop `kind create` minutes later and can be told without an image: at once, before anything is built
 * or pulled. Throws `kind-not-ours`, `inotify-too-low`, `ipvs-missing`, `engine-disk-full` or `port-taken`.
 */
export async function preflight(
  engine: Engine,
  options: PreflightOptions,
  signal: AbortSignal,
): Promise<void> {
  await requireNameFree(engine.access, options.name, signal);
  if (engine.seemsLocal) {
    await requireInotify();
    await requireSpace(engine, options.containers);
    if (options.proxyMode === 'ipvs') await requireIpvs();
  }
  await requirePorts(options.publishedNodePorts);
}

/** Throws `port-taken` for the first of these ports on 127.0.0.1 that somebody listens on. */
export async function requirePorts(ports: readonly number[]): Promise<void> {
  for (const port of ports) await requirePort(port);
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
  for (const [limit, needed] of Object.entries(INOTIFY_NEEDS)) {
    const found = Number(await readFile(`/proc/sys/fs/inotify/${limit}`, 'utf8'));
    if (found >= needed) continue;
    throw new DrainbenchError({
      code: 'inotify-too-low',
      message: `this machine's limit fs.inotify.${limit} is too low for kind's nodes`,
      expected: `fs.inotify.${limit} ≥ ${needed}`,
      found: String(found),
      fix: `sudo sysctl -w fs.inotify.${limit}=${needed}`,
    });
  }
}

async function requireSpace({ access, dataFolder }: Engine, containers: number): Promise<void> {
  const found = await statfs(dataFolder).catch(() => null); // not for our eyes: then the engine itself will tell
  if (found === null) return;
  const free = found.bavail * found.bsize;
  const needed = BYTES_PER_NODE * containers;
  if (free >= needed) return;
  throw new DrainbenchError({
    code: 'engine-disk-full',
    message: `there is too little space for ${countOf(containers, 'node')} where the engine keeps its containers`,
    expected: `${needed / 2 ** 30} GiB free in ${dataFolder}`,
    found: `${(free / 2 ** 30).toFixed(1)} GiB`,
    fix: 'see what takes it, and remove what nobody needs; or take fewer nodes',
    command: `${access.command} system df --verbose`,
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
