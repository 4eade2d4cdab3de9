import type { Finding } from '../../model/verdict.ts';
import type { TrialRecord } from '../../model/trial-record.ts';
import type { JudgedTrial } from './judged-trial.ts';

/** A trial that did not come to its end, and loads of which nothing is there. */
export function completenessFindings({
  record,
  loads,
  loadSpecs,
  unreadLoads,
}: Pick<JudgedTrial, 'record' | 'loads' | 'loadSpecs' | 'unreadLoads'>): readonly Finding[] {
  if (explainsItself(record)) return [];
  const findings: Finding[] = [];
  if (record.state !== 'finished') {
    const message = `The trial did not come to its end (state: ${record.state}).`;
    findings.push({ code: 'trial-incomplete', severity: 'void', message });
  }
  for (const { name } of loadSpecs) {
    if (loads.some(({ result }) => result.load === name) || unreadLoads.includes(name)) continue;
    const file = record.loads.find((load) => load.name === name)?.ledger;
    const message = `There is no ledger of load “${name}”${file === undefined ? '' : ` (${file})`}.`;
    findings.push({ code: 'ledger-missing', severity: 'void', message });
  }
  return findings;
}

/**
 * Whether the record itself says why the trial did not come to its end. What else it lacks then (a ledger, the
 * disruption) follows from that, and is no reason of its own.
 */
export function explainsItself({ state, findings }: Pick<TrialRecord, 'state' | 'findings'>): boolean {
  return state === 'aborted' && findings.some(({ severity }) => severity === 'void');
}
