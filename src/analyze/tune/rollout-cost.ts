import type { TunedWorkload } from '../../model/tune.ts';

/** What a longer shutdown of each Pod adds to a rollout of them all, ms. */
export interface RolloutCost {
  /** Where new Pods find room without the old ones. */
  readonly leastMs: number;
  /** Where each new Pod needs the room of an old one. */
  readonly mostMs: number;
}

/**
 * A Deployment does not wait for Pods that end: while they do, new ones are started beside them, and only the last of the
 * old ones goes later; unless a node has no room for both. Who waits for each (a StatefulSet) pays for each.
 *
 * @param addedMs of one Pod
 */
export function rolloutCost(
  { replicas, atOnce, waitsForEnd }: Pick<TunedWorkload, 'replicas' | 'atOnce' | 'waitsForEnd'>,
  addedMs: number,
): RolloutCost {
  const waves = Math.max(1, Math.ceil(replicas / atOnce));
  const mostMs = waves * addedMs;
  return { leastMs: waitsForEnd ? mostMs : addedMs, mostMs };
}
