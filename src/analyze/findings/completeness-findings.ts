import type { Finding } from '../../model/verdict.ts';
import { explainsItself } from './explains-itself.ts';
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
