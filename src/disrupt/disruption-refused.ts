import { apiFailure } from '../cluster/kube/api-failure.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Refusal } from './record-action.ts';

/** Refused for want of a right: no other trial will fare better. */
const FORBIDDEN = [401, 403];

/**
 * The error of a disruption that the API server did not let happen, or only in part. `disruption-refused` makes its
 * trial void and lets the run go on; `disruption-forbidden` ends the run.
 *
 * @param code `disruption-blocked`: what refuses it now will refuse it in a repetition, too.
 */
export function disruptionRefused(
  message: string,
  refusals: readonly Refusal[],
  command?: string,
  code: 'disruption-refused' | 'disruption-blocked' = 'disruption-refused',
): DrainbenchError {
  const forbidden = refusals.some(({ httpStatus }) => httpStatus !== null && FORBIDDEN.includes(httpStatus));
  return new DrainbenchError({
    code: forbidden ? 'disruption-forbidden' : code,
    message,
    found: refusals.map(({ text }) => text).join('; '),
    ...(forbidden && { fix: 'give the user of this kubeconfig the right that the message names' }),
    ...(command !== undefined && { command }),
  });
}

/** What a read that failed for good says, as a refusal. */
export function unread(error: unknown): Refusal {
  const { httpStatus, message } = apiFailure(error);
  return { httpStatus, text: message };
}
