import type { Hazard } from '../../model/margin.ts';
import type { CellResult } from '../run-result.ts';

/** What each hazard is, as a clause that `and`, `whether` or a colon can stand before. */
export const HAZARD_WORDS: Readonly<Record<Hazard, string>> = {
  'still-routed': 'a node still sent to a Pod that no longer listened',
  'cut-unannounced': 'kept-alive connections were ended without notice',
  'cut-in-hand': 'a Pod ended before its requests were answered',
  'refused-while-going': 'a Pod that was going answered with errors',
  'nobody-left': 'the Service had no usable endpoint for a time',
  'too-few-left': 'the Pods that stayed were not enough',
};

/** What users of a load lost in its failing trials: requests, or answers in time. */
export function lossWords({ failingTrials, failedAfterRetry }: CellResult): string {
  return failingTrials > 0 && failedAfterRetry === 0
    ? 'the load was not served well enough'
    : 'requests failed';
}
