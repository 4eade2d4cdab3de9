import { NS_PER_MS } from '../../model/duration.ts';
import type { RequestRecord } from '../../model/request-record.ts';

/** From the start of the first of these requests to the outcome of the last, ms; `null` of none. */
export function lostWindowMs(lost: readonly RequestRecord[]): number | null {
  let [fromNs, toNs] = [Infinity, -Infinity];
  for (const { intendedNs, startNs, endNs } of lost) {
    fromNs = Math.min(fromNs, startNs ?? intendedNs);
    toNs = Math.max(toNs, endNs ?? startNs ?? intendedNs);
  }
  return lost.length === 0 ? null : (toNs - fromNs) / NS_PER_MS;
}
