import { setTimeout as sleep } from 'node:timers/promises';

import { DrainbenchError } from '../model/drainbench-error.ts';

/** Longer than an API server takes to restart, and than a node takes to come back from a short break of the network. */
export const ANSWERS_WITHIN_MS = 60_000;
const POLL_INTERVAL_MS = 500;

/**
 * Waits until the cluster is there, and still the one that the run began on.
 *
 * @param requireSame throws `cluster-unreachable` while nobody answers, and something else when it is another one.
 * @throws DrainbenchError `cluster-lost` when it does not answer for a minute; what `requireSame` throws.
 */
export async function awaitCluster(
  requireSame: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  withinMs = ANSWERS_WITHIN_MS,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      await requireSame(signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DrainbenchError) || error.code !== 'cluster-unreachable') throw error;
      if (performance.now() > deadline) throw lost(error, withinMs);
      await sleep(POLL_INTERVAL_MS, undefined, { signal });
    }
  }
}

function lost(cause: DrainbenchError, withinMs: number): DrainbenchError {
  return new DrainbenchError({
    code: 'cluster-lost',
    message: `the cluster is gone: for ${withinMs / 1000} s its API server did not answer`,
    found: cause.message,
    ...(cause.fix !== undefined && { fix: `see whether it comes back: ${cause.fix}` }),
    cause,
  });
}
