import { apiFailure } from '../cluster/kube/api-failure.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Finding } from '../model/verdict.ts';

/**
 * What no further trial can survive either: a right that is missing, a Lease that is another's, a run directory that
 * cannot be written. Everything else is the misfortune of one trial.
 */
const ENDS_RUN: ReadonlySet<string> = new Set([
  'disruption-forbidden',
  'object-forbidden',
  'workload-unreadable',
  'namespace-going',
  'lease-lost',
  'lease-not-renewed',
  'history-not-written',
  'file-not-written',
]);

/** The lines of evidence that a finding carries at most. */
const MAX_DETAIL_LINES = 20;

/** Whether what was thrown in a trial ends the run. */
export function endsRun(error: unknown): boolean {
  return error instanceof DrainbenchError && ENDS_RUN.has(error.code);
}

/**
 * Makes of what was thrown in a trial the reason why that trial is void. Its code is the error's own, `trial-failed`
 * where it has none.
 */
export function trialFailure(error: unknown): Finding {
  if (!(error instanceof DrainbenchError)) {
    const message = sentence(`the trial could not be measured: ${apiFailure(error).message}`);
    return { code: 'trial-failed', severity: 'void', message };
  }
  const { code, message, found, detail } = error;
  const seen = found === undefined || message.includes(found) ? '' : ` (${found})`;
  const lines = detail?.split('\n').filter((line) => line.trim() !== '') ?? [];
  return {
    code,
    severity: 'void',
    message: sentence(`${message}${seen}`),
    ...(lines.length > 0 && { detail: lines.slice(-MAX_DETAIL_LINES) }),
  };
}

/** Others' messages, of which some end in a full stop, within one of ours. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replace(/[.\s]+$/, '')}.`;
}
