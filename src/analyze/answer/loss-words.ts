import type { CellResult } from '../run-result.ts';

/** What users of a load lost in its failing trials: requests, or answers in time. */
export function lossWords({ failingTrials, failedAfterRetry }: CellResult): string {
  return failingTrials > 0 && failedAfterRetry === 0
    ? 'the load was not served well enough'
    : 'requests failed';
}
