import type { TrialRecord } from '../../model/trial-record.ts';
import type { AnalyzedTrial } from '../run-result.ts';

/**
 * A trial whose analysis threw: void, with the part of the analysis that did and what it said, and without anything
 * that would have been computed. The other trials are none of its business.
 *
 * @param trialPath of the trial on this machine, which is left out of the message.
 */
export function failedAnalysis(
  record: TrialRecord,
  directory: string,
  error: unknown,
  trialPath: string,
): AnalyzedTrial {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  const part = partOf(stack);
  const what = `${name}: ${message}`.replaceAll(trialPath, directory);
  const sentence = `The analysis of this trial failed${part === null ? '' : ` in “${part}”`}: ${what}. What was measured is kept; please report it.`;
  return {
    trial: record.trial,
    attempt: record.attempt,
    directory,
    verdict: 'void',
    findings: [...record.findings, { code: 'analysis-failed', severity: 'void', message: sentence }],
    loads: [],
    shutdownMs: null,
    recoveredMs: null,
    counted: true,
    disruptionNs: null,
    loadStoppedNs: null,
    standUse: record.stand?.use ?? 1,
    othersChanges: null,
    phases: record.phases,
    victims: record.victims,
    milestones: [],
    margins: [],
    rules: [],
    proxySyncs: [],
    contracts: [],
    failures: [],
    gaps: [],
  };
}

/** The innermost file of the analysis in a stack: each part of it is a file of its own. `null` where there is none. */
function partOf(stack: string): string | null {
  return /\/(?:src|dist)\/analyze\/(?:[\w-]+\/)*([\w-]+)\.[jt]s:/.exec(stack)?.[1] ?? null;
}
