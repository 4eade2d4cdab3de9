import { CAUSES, type Cause } from '../../model/attribution.ts';
import type { FailedRequest } from '../run-result.ts';

/** How many requests failed for each cause, the most frequent first (ties: the order of the causes). */
export function countCauses(failures: readonly FailedRequest[]): ReadonlyMap<Cause, number> {
  const counts = new Map<Cause, number>();
  for (const { attribution } of failures) {
    counts.set(attribution.cause, (counts.get(attribution.cause) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a, m], [b, n]) => n - m || CAUSES.indexOf(a) - CAUSES.indexOf(b)));
}
