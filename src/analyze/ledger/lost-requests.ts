import type { TrialLoadResult } from '../../model/trial-result.ts';
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
