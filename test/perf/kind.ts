// A kind cluster beside an embedded one: how soon each can be used, how soon it is gone, how much memory it takes.
// node test/perf/kind.ts [runs]      (as root, with the tools built)
import { readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';

import { cgroupLayout, listCgroupProcesses } from '../../src/cluster/embedded/cgroups.ts';
import { provisionBox } from '../../src/cluster/embedded/provision.ts';
import { removeBox } from '../../src/cluster/embedded/remove-box.ts';
import { bringUpBox } from '../../src/cluster/embedded/up.ts';
import { listOwnNodes } from '../../src/cluster/kind/kind-nodes.ts';
import { readKind } from '../../src/cluster/kind/kind-store.ts';
import { bringUpKind } from '../../src/cluster/kind/kind-up.ts';
import { removeKind } from '../../src/cluster/kind/remove-kind.ts';
import { usableEngine } from '../support/engine/private-engine.ts';
import { proportionalSetSize } from './proportional-set-size.ts';

interface Sample {
  readonly upMs: number;
  readonly downMs: number;
  readonly proportionalBytes: number;
}

const NODES = 2;
const runs = Number(process.argv[2] ?? 2);
const { signal } = new AbortController();
const engine = await usableEngine();
if (typeof engine === 'string') {
  process.stdout.write(`kind beside embedded: skipped: ${engine}\n`);
} else {
  try {
    Object.assign(process.env, engine.environment);
    // The CLI, since making it is not what is measured.
    await execa(new URL('../../bin/drainbench', import.meta.url).pathname, ['kind', 'build-node-image']);
    const samples = { embedded: [] as Sample[], kind: [] as Sample[] };
    for (let run = 0; run < runs; run++) {
      samples.embedded.push(await measureEmbedded());
      samples.kind.push(await measureKind());
    }
    process.stdout.write(`${NODES} nodes that run Pods, nftables, best of ${runs} each:\n`);
    for (const [driver, taken] of Object.entries(samples)) print(driver, taken);
  } finally {
    await engine.stop();
  }
}

async function measureEmbedded(): Promise<Sample> {
  const provisions = await provisionBox(signal, () => undefined);
  const startedAt = performance.now();
  const box = await bringUpBox({
    ...provisions,
    name: `perf-${process.pid}`,
    nodeCount: NODES,
    proxyMode: 'nftables',
    lifetime: 'owner',
    signal,
    onProgress: () => undefined,
  });
  const upMs = performance.now() - startedAt;
  const proportionalBytes = proportionalSetSize((await listCgroupProcesses(cgroupLayout(), box.id)).pids);
  const removedAt = performance.now();
  await removeBox(box, { keepLogs: false });
  return { upMs, downMs: performance.now() - removedAt, proportionalBytes };
}

async function measureKind(): Promise<Sample> {
  const name = `perf-${process.pid}`;
  const startedAt = performance.now();
  await bringUpKind({
    name,
    nodeCount: NODES,
    proxyMode: 'nftables',
    nodeImage: null,
    lifetime: 'owner',
    signal,
    onToolProgress: () => undefined,
    onNotice: () => undefined,
    onProgress: () => undefined,
  });
  const upMs = performance.now() - startedAt;
  const record = await readKind(name);
  if (record === null) throw new Error('the kind cluster has no record');
  const proportionalBytes = proportionalSetSize(
    processesOf((await listOwnNodes(record)).map(({ containerId }) => containerId)),
  );
  const removedAt = performance.now();
  await removeKind(record);
  return { upMs, downMs: performance.now() - removedAt, proportionalBytes };
}

/** Processes in the cgroups of containers, by the containers' ids; the engine's own are not counted. */
function processesOf(containers: readonly string[]): number[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).filter((pid) => {
    const cgroup = readOrEmpty(`/proc/${pid}/cgroup`);
    return containers.some((id) => cgroup.includes(id));
  });
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // ended meanwhile
  }
}

function print(driver: string, samples: readonly Sample[]): void {
  const least = (pick: (sample: Sample) => number) => Math.min(...samples.map(pick));
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  process.stdout.write(
    `  ${driver.padEnd(9)} up ${seconds(least(({ upMs }) => upMs))}, down ${seconds(least(({ downMs }) => downMs))}, memory (PSS) ${Math.round(least(({ proportionalBytes }) => proportionalBytes) / 2 ** 20)} MiB\n`,
  );
}
