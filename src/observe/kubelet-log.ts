import type { KubeletLogSource } from '../cluster/cluster.ts';
import { NS_PER_MS } from '../model/duration.ts';
import { clockDriftNs, readClockAnchor, wallToMonotonic, type ClockAnchor } from '../model/wall-clock.ts';
import { isOwnName } from './is-own-name.ts';
import { parseKubeletLine } from './kubelet-log-line.ts';
import type { ObserveContext, Observer } from './observer.ts';
import { openKubeletLog, type ReadSince } from './open-kubelet-log.ts';

/** A step of the wall clock larger than this makes the mapped times worthless. */
const MAX_DRIFT_NS = 5 * NS_PER_MS;
/** Of when a line was written. What it tells of happened before, however long the kubelet waited for a CPU since. */
const UNCERTAINTY_NS = NS_PER_MS;

/**
 * Reads what a node's kubelet wrote about the Pods of a namespace while the trial ran, when it stops: while measuring
 * it costs nothing. Never rejects: a log that is missing, was begun anew or cannot be mapped to our clock is an
 * `observation-gap` of the observer `kubelet NODE`.
 */
export async function readKubeletLog(
  node: string,
  source: KubeletLogSource,
  namespace: string,
  runStartNs: bigint,
  context: ObserveContext,
  names: readonly string[] | null = null,
): Promise<Observer> {
  const start = readClockAnchor();
  const readSince = await openKubeletLog(source);
  return {
    stop: async () => {
      const end = readClockAnchor();
      const range: Range = { node, namespace, names, start, end, runStartNs: Number(runStartNs) };
      try {
        const setNs = clockDriftNs(start, end);
        if (Math.abs(setNs) > MAX_DRIFT_NS) {
          throw new Error(`the wall clock was set by ${(setNs / NS_PER_MS).toFixed(1)} ms during the trial`);
        }
        await recordSteps(range, readSince, context);
      } catch (error) {
        const toNs = end.monoNs - range.runStartNs;
        context.record({
          type: 'observation-gap',
          atNs: toNs,
          uncertaintyNs: 0,
          source: 'kubelet',
          observer: `kubelet ${node}`,
          fromNs: start.monoNs - range.runStartNs,
          toNs,
          reason: error instanceof Error ? error.message : String(error),
        });
      }
    },
  };
}

interface Range {
  readonly node: string;
  readonly namespace: string;
  /** Of the trial's objects; `null`: all that there are. */
  readonly names: readonly string[] | null;
  readonly start: ClockAnchor;
  readonly end: ClockAnchor;
  readonly runStartNs: number;
}

async function recordSteps(range: Range, readSince: ReadSince, context: ObserveContext): Promise<void> {
  const ours = new Set<string>();
  for await (const text of readSince()) {
    const line = parseKubeletLine(text, range.start.wallMs);
    if (line === null) continue;
    // Lines about volumes name no namespace; lines that do have come before them.
    const [namespace, name = ''] = line.pod?.split('/') ?? [];
    if (namespace === range.namespace && isOwnName(range.names, name)) ours.add(line.podUid);
    if (!ours.has(line.podUid)) continue;
    const { step, podUid, container, subject, graceSeconds } = line;
    context.record({
      type: 'kubelet',
      atNs: Math.round(wallToMonotonic(line.wallMs, range.start, range.end) - range.runStartNs),
      uncertaintyNs: UNCERTAINTY_NS,
      source: 'kubelet',
      node: range.node,
      step,
      podUid,
      container,
      subject,
      ...(graceSeconds === null ? {} : { graceSeconds }),
    });
  }
}
