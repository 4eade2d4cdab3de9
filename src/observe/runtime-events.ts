import { readFile } from 'node:fs/promises';

import { NS_PER_MS } from '../model/duration.ts';
import type { ContainerRef } from '../model/history-event.ts';
import { clockDriftNs, readClockAnchor, wallToMonotonic } from '../model/wall-clock.ts';
import { followRuntimeLines } from './follow-runtime-lines.ts';
import { findKubepods, listCgroupContainers, listCgroupPids } from './kernel-trace/cgroup-containers.ts';
import type { ObserveContext, Observer } from './observer.ts';
import type { RuntimeLine } from './runtime-events-line.ts';

/** A step of the wall clock larger than this makes the mapped times worthless. */
const MAX_DRIFT_NS = 5 * NS_PER_MS;
/** Anchors are good to some µs. */
const UNCERTAINTY_NS = 100_000;
/** The shim stamps an exit when it gets to reap it: 2 to 21 ms after the kernel's own event, on two busy cores. */
const EXIT_UNCERTAINTY_NS = 50 * NS_PER_MS;

/**
 * Follows the containerd events of a node: `command` is what `ClusterSources.runtimeEvents` gives for it. Its times
 * are of the wall clock; they are mapped and recorded at `stop`, when it is known how that clock ran. Which Pod a
 * container belongs to is read from this host's cgroups (`null` on a cluster that does not share its kernel).
 *
 * Never rejects. A process that ends (it is started again), a line that cannot be read and a wall clock that was set are
 * each an `observation-gap` of the observer `runtime NODE`.
 */
export async function watchRuntime(
  node: string,
  command: readonly [string, ...string[]],
  context: ObserveContext,
  runStartNs: bigint,
): Promise<Observer> {
  const start = readClockAnchor();
  const fromNs = context.nowNs();
  const containers = new SeenContainers();
  await containers.look();
  const lines: RuntimeLine[] = [];
  const following = followRuntimeLines(command, context.nowNs, async (line) => {
    lines.push(line);
    await containers.note(line);
  });

  return {
    stop: async () => {
      const gaps = [...(await following.stop())];
      const end = readClockAnchor();
      const toNs = context.nowNs();
      const clockNs = clockDriftNs(start, end);
      if (Math.abs(clockNs) > MAX_DRIFT_NS) {
        const reason = `the wall clock was set by ${(clockNs / NS_PER_MS).toFixed(1)} ms during the trial`;
        gaps.push({ fromNs, toNs, reason });
        lines.length = 0;
      }
      for (const line of lines) {
        context.record({
          type: 'runtime',
          atNs: Math.round(wallToMonotonic(line.wallMs, start, end) - Number(runStartNs)),
          uncertaintyNs: line.topic === '/tasks/exit' ? EXIT_UNCERTAINTY_NS : UNCERTAINTY_NS,
          source: 'runtime',
          node,
          topic: line.topic,
          container: containers.refOf(line.containerId),
          containerId: line.containerId,
          sandbox: containers.isSandbox(line.containerId),
          exitStatus: line.exitStatus,
          execId: line.execId,
        });
      }
      for (const gap of gaps) {
        context.record({
          type: 'observation-gap',
          atNs: toNs,
          uncertaintyNs: 0,
          source: 'runtime',
          observer: `runtime ${node}`,
          fromNs: gap.fromNs,
          toNs: Math.min(gap.toNs, toNs),
          reason: gap.reason,
        });
      }
    },
  };
}

/** Whose containers there are, and which of them are sandboxes: the runtime's events tell only ids and images. */
class SeenContainers {
  readonly #refs = new Map<string, ContainerRef>();
  readonly #sandboxes = new Set<string>();
  #kubepods: readonly string[] | null = null;

  /** Remembers every container that has a cgroup now; those found for the first time are asked for their program. */
  async look(): Promise<void> {
    if (this.#kubepods === null || this.#kubepods.length === 0) this.#kubepods = await findKubepods();
    for (const { container, folder } of await listCgroupContainers(this.#kubepods)) {
      if (this.#refs.has(container.containerId)) continue;
      this.#refs.set(container.containerId, container);
      if (await runsPause(folder)) this.#sandboxes.add(container.containerId);
    }
  }

  async note({ topic, containerId, image }: RuntimeLine): Promise<void> {
    if (image !== null && isPause(image)) this.#sandboxes.add(containerId);
    // Its cgroup is there from before its start until after its exit.
    if (topic === '/tasks/start' && !this.#refs.has(containerId)) await this.look();
  }

  refOf(containerId: string): ContainerRef | null {
    return this.#refs.get(containerId) ?? null;
  }

  isSandbox(containerId: string): boolean {
    return this.#sandboxes.has(containerId);
  }
}

/** Kubernetes' sandbox image is called `pause` wherever it is kept: `registry.k8s.io/pause:3.10`. */
function isPause(image: string): boolean {
  return /(?:^|\/)pause(?:[-:@][^/]*)?$/.test(image);
}

async function runsPause(folder: string): Promise<boolean> {
  for (const pid of await listCgroupPids(folder)) {
    const comm = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
    if (comm === 'pause\n') return true;
  }
  return false;
}
