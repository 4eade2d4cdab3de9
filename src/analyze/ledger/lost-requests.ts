import type { TrialLoadResult } from '../../model/trial-result.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { CellResult } from '../run-result.ts';

/**
 * Requests of a load that its users lost: they failed and the client did not make that good, or they could not be sent
 * since every connection waited. Whatever weighs trials or strategies against each other counts these, as a trial fails
 * by them; failed attempts that were repeated and answered are shown, and weigh nothing.
 */
export function lostRequests({
  failedAfterRetry,
  heldUp,
}: Pick<TrialLoadResult, 'failedAfterRetry' | 'heldUp'>): number {
  return failedAfterRetry + heldUp;
}

/** The same of a strategy × disruption × load, over its trials. */
export function lostInCell({ failedAfterRetry, heldUpRequests }: CellResult): number {
  return lostRequests({ failedAfterRetry, heldUp: heldUpRequests });
}

/** From the start of the first of these requests to the outcome of the last, ms; `null` of none. */
export function lostWindowMs(lost: readonly RequestRecord[]): number | null {
  let [fromNs, toNs] = [Infinity, -Infinity];
  for (const { intendedNs, startNs, endNs } of lost) {
    fromNs = Math.min(fromNs, startNs ?? intendedNs);
    toNs = Math.max(toNs, endNs ?? startNs ?? intendedNs);
  }
  return lost.length === 0 ? null : (toNs - fromNs) / NS_PER_MS;
}
