import { disruptionLabel } from '../analyze/disruption-label.ts';
import type { AnalyzedLoad, AnalyzedTrial, RunResult } from '../analyze/run-result.ts';
import { NS_PER_MS } from '../model/duration.ts';
import { OUTCOMES } from '../model/request-record.ts';
import { rounded, toCsv, type Cell } from './to-csv.ts';

const COLUMNS = [
  'trial',
  'attempt',
  'counted',
  'block',
  'role',
  'strategy',
  'disruption',
  'load',
  'verdict',
  'intended',
  ...OUTCOMES,
  'failed',
  'heldUp',
  'disruptionNs',
  'firstFailureMs',
  'lastFailureMs',
  'lostWindowMs',
  'shutdownMs',
  'recoveredMs',
  'baselineOk',
  'baselineP50Ms',
  'baselineP99Ms',
  'baselineMaxMs',
  'eventOk',
  'eventP50Ms',
  'eventP99Ms',
  'eventMaxMs',
  'latenessP99Ms',
  'findings',
  'directory',
];

/** trials.csv: one line for each load of each attempt at each trial, controls included. */
export function trialsCsv(result: RunResult): string {
  return toCsv(
    COLUMNS,
    result.trials.flatMap((trial) => trial.loads.map((load) => row(trial, load))),
  );
}

function row(trial: AnalyzedTrial, load: AnalyzedLoad): readonly Cell[] {
  const since = (atNs: number | null): number | null =>
    atNs === null || trial.disruptionNs === null ? null : rounded((atNs - trial.disruptionNs) / NS_PER_MS);
  const {
    firstFailureNs: first,
    lastFailureNs: last,
    baselineLatencyMs: before,
    eventLatencyMs: after,
  } = load;
  return [
    trial.trial.number,
    trial.attempt,
    trial.counted,
    trial.trial.block,
    trial.trial.role,
    trial.trial.strategy.name,
    disruptionLabel(trial.trial.disruption),
    load.load,
    trial.verdict,
    load.intended,
    ...OUTCOMES.map((outcome) => load.byOutcome[outcome]),
    load.failed,
    load.heldUp,
    trial.disruptionNs,
    since(first),
    since(last),
    first === null || last === null ? null : rounded((last - first) / NS_PER_MS),
    rounded(trial.shutdownMs),
    rounded(trial.recoveredMs),
    before.count,
    rounded(before.p50),
    rounded(before.p99),
    rounded(before.max),
    after.count,
    rounded(after.p50),
    rounded(after.p99),
    rounded(after.max),
    rounded(load.latenessP99Ms),
    [...new Set(trial.findings.map(({ code }) => code))].join(' '),
    trial.directory,
  ];
}
