import type { TrialRecord } from '../../model/trial-record.ts';

/**
 * Whether the record itself says why the trial did not come to its end. What else it lacks then (a ledger, the
 * disruption) follows from that, and is no reason of its own.
 */
export function explainsItself({ state, findings }: Pick<TrialRecord, 'state' | 'findings'>): boolean {
  return state === 'aborted' && findings.some(({ severity }) => severity === 'void');
}
