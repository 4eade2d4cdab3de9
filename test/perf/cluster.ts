// Figures of the embedded cluster: how soon it is there, how soon it is gone, how much memory it takes.
// node test/perf/cluster.ts [runs]      (as root, with the tools built)
import { boxStatus } from '../../src/cluster/embedded/box-status.ts';
import type { ProxyMode } from '../../src/cluster/embedded/box-record.ts';
import { listCgroupProcesses, cgroupLayout } from '../../src/cluster/embedded/cgroups.ts';
import { provisionBox } from '../../src/cluster/embedded/provision.ts';
import { removeBox } from '../../src/cluster/embedded/remove-box.ts';
import { requireRoot } from '../../src/cluster/embedded/require-root.ts';
import { sweepDeadBoxes } from '../../src/cluster/embedded/sweep.ts';
import { bringUpBox } from '../../src/cluster/embedded/up.ts';
import { proportionalSetSize } from './proportional-set-size.ts';

interface Sample {
  readonly api: number;
  readonly nodes: number;
  readonly dns: number;
  readonly down: number;
  readonly residentMiB: number;
  readonly proportionalMiB: number;
}

const runs = Number(process.argv[2] ?? 5);
const { signal } = new AbortController();
requireRoot();
await sweepDeadBoxes();
const provisions = await provisionBox(signal, () => undefined);
for (const proxyMode of ['nftables', 'iptables'] as const) {
  const samples: Sample[] = [];
  for (let run = 0; run < runs; run++) samples.push(await measure(proxyMode, 2));
  print(`2 nodes, ${proxyMode}, median of ${runs}`, samples);
}
print('5 nodes, nftables, once', [await measure('nftables', 5)]);
await sideBySide(3);

async function measure(proxyMode: ProxyMode, nodeCount: number): Promise<Sample> {
  const reached: Record<string, number> = {};
  const name = `perf-${process.pid}`;
  const box = await bringUpBox({
    ...provisions,
    name,
    nodeCount,
    proxyMode,
    lifetime: 'owner',
    signal,
    onProgress: (progress) => {
      reached[progress.reached] = progress.afterMs;
    },
  });
  const { residentBytes } = await boxStatus(box);
  const proportionalMiB =
    proportionalSetSize((await listCgroupProcesses(cgroupLayout(), box.id)).pids) / 2 ** 20;
  const startedAt = performance.now();
  await removeBox(box, { keepLogs: false });
  return {
    api: reached['api'] ?? NaN,
    nodes: reached['nodes'] ?? NaN,
    dns: reached['dns'] ?? NaN,
    down: performance.now() - startedAt,
    residentMiB: residentBytes / 2 ** 20,
    proportionalMiB,
  };
}

async function sideBySide(count: number): Promise<void> {
  const startedAt = performance.now();
  const boxes = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      bringUpBox({
        ...provisions,
        name: `perf-${process.pid}-${index}`,
        nodeCount: 2,
        proxyMode: 'nftables',
        lifetime: 'owner',
        signal,
        onProgress: () => undefined,
      }),
    ),
  );
  process.stdout.write(
    `${count} boxes started at once: all answer after ${seconds(performance.now() - startedAt)}\n`,
  );
  for (const box of boxes) await removeBox(box, { keepLogs: false });
}

function print(title: string, samples: readonly Sample[]): void {
  const median = (pick: (sample: Sample) => number) => {
    const sorted = samples.map(pick).sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  };
  process.stdout.write(
    [
      `${title}:`,
      `  API ready            ${seconds(median(({ api }) => api))}`,
      `  all nodes Ready      ${seconds(median(({ nodes }) => nodes))}`,
      `  first Pod, DNS       ${seconds(median(({ dns }) => dns))}`,
      `  down                 ${seconds(median(({ down }) => down))}`,
      `  resident (sum)       ${Math.round(median(({ residentMiB }) => residentMiB))} MiB`,
      `  proportional (PSS)   ${Math.round(median(({ proportionalMiB }) => proportionalMiB))} MiB`,
      '',
    ].join('\n'),
  );
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
