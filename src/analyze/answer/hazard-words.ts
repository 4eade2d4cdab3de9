import type { Hazard } from '../../model/margin.ts';
import type { CellHazard } from '../../model/standing.ts';
import type { CellResult } from '../run-result.ts';

const WORDS: Readonly<Record<Hazard, string>> = {
  'still-routed': 'a node still sent to a Pod that no longer listened',
  'cut-unannounced': 'kept-alive connections were ended without notice',
  'cut-in-hand': 'an app ended before its requests were answered',
  'refused-while-going': 'a Pod that was going answered with errors',
  'nobody-left': 'the Service had no usable endpoint for a time',
  'too-few-left': 'the Pods that stayed were not enough',
};

/** No trial of the strategy's own met it: the slowest deletion of the run, which was another's, would have. */
const BY_THE_SLOWEST = 'the slowest deletion of this run would have met a Pod that no longer listened';

/** What a hazard is, as a clause that `and`, `whether` or a colon can stand before. */
export function hazardWords({ hazard, state, there, unknown }: CellHazard): string {
  const own = state === 'unknown' ? unknown : there;
  return hazard === 'still-routed' && own === 0 ? BY_THE_SLOWEST : WORDS[hazard];
}

/** What users of a load lost in its failing trials: requests, or answers in time. */
export function lossWords({ failingTrials, failedAfterRetry }: CellResult): string {
  return failingTrials > 0 && failedAfterRetry === 0
    ? 'the load was not served well enough'
    : 'requests failed';
}
