import { NS_PER_MS } from '../model/duration.ts';
import { clockDriftNs, readClockAnchor, wallToMonotonic } from '../model/wall-clock.ts';
import { followRuntimeLines } from './follow-runtime-lines.ts';
import type { ObserveContext, Observer } from './observer.ts';
import type { RuntimeLine } from './runtime-events-line.ts';
import { RuntimeTimes } from './runtime-times.ts';
import { SeenContainers } from './seen-containers.ts';

/** A step of the wall clock larger than this makes the mapped times worthless. */
const MAX_DRIFT_NS = 5 * NS_PER_MS;
/** Between two looks at whether a process lives: what the time of its end is at least unsure by. */
const LOOK_EVERY_MS = 100;

export interface RuntimeObserver extends Observer {
  /** Sees from now on until when the processes of these Pods' containers live. */
  follow(podUids: readonly string[]): void;
}

/**
 * Follows the containerd events of a node: `command` is what `ClusterSources.runtimeEvents` gives for it. Its times
 * are of the wall clock; they are mapped and recorded at `stop`, when it is known how that clock ran. Which Pod a
 * container belongs to is read from this host's cgroups (`null` on a cluster that does not share its kernel), and so is
 * until when processes lived: those of containers that are followed, or that begin from now on.
 *
 * Never rejects. A process that ends (it is started again), a line that cannot be read and a wall clock that was set are
 * each an `observation-gap` of the observer `runtime NODE`.
 */
export async function watchRuntime(
  node: string,
  command: readonly [string, ...string[]],
  context: ObserveContext,
  runStartNs: bigint,
): Promise<RuntimeObserver> {
  const start = readClockAnchor();
  const fromNs = context.nowNs();
  const containers = new SeenContainers(context.nowNs);
  await containers.look();
  const lines: SeenLine[] = [];
  const following = followRuntimeLines(command, context.nowNs, async (line) => {
    await containers.note(line);
    lines.push({ line, ...containers.process(line) });
  });
  const looking = setInterval(() => containers.sample(), LOOK_EVERY_MS).unref();

  return {
    follow: (podUids) => containers.follow(podUids),
    stop: async () => {
      clearInterval(looking);
      const gaps = [...(await following.stop())];
      const end = readClockAnchor();
      const toNs = context.nowNs();
      const clockNs = clockDriftNs(start, end);
      if (Math.abs(clockNs) > MAX_DRIFT_NS) {
        const reason = `the wall clock was set by ${(clockNs / NS_PER_MS).toFixed(1)} ms during the trial`;
        gaps.push({ fromNs, toNs, reason });
        lines.length = 0;
      }
      const times = new RuntimeTimes((wallMs) => wallToMonotonic(wallMs, start, end) - Number(runStartNs));
      for (const { line, pid, aliveNs } of lines) {
        context.record({
          type: 'runtime',
          ...times.of(line, aliveNs),
          source: 'runtime',
          node,
          topic: line.topic,
          container: containers.refOf(line.containerId),
          containerId: line.containerId,
          sandbox: containers.isSandbox(line.containerId),
          exitStatus: line.exitStatus,
          execId: line.execId,
          pid,
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

interface SeenLine {
  readonly line: RuntimeLine;
  readonly pid: number | null;
  readonly aliveNs: number | null;
}
