import { disruptionLabel } from '../analyze/words/disruption-label.ts';
import type { AnalyzedLoad, AnalyzedTrial, RunResult } from '../analyze/run-result.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { LatencySummary } from '../model/trial-result.ts';
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
  'failedAfterRetry',
  'executedUnanswered',
  'heldUp',
  'heldUpMs',
  'unavailableMs',
  'unavailableAtLeast',
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
  'baselineCensored',
  'baselineLowerBounds',
  'eventOk',
  'eventP50Ms',
  'eventP99Ms',
  'eventMaxMs',
  'eventCensored',
  'eventLowerBounds',
  'latenessP99Ms',
  'standUse',
  'othersChanges',
  'findings',
  'directory',
];

/**
 * trials.csv: one line for each load of each attempt at each trial, controls included. An attempt without any ledger
 * has one line without a load.
 */
export function trialsCsv(result: RunResult): Iterable<string> {
  return toCsv(
    COLUMNS,
    result.trials.flatMap((trial) =>
      trial.loads.length === 0 ? [row(trial, null)] : trial.loads.map((load) => row(trial, load)),
    ),
  );
}

function row(trial: AnalyzedTrial, load: AnalyzedLoad | null): readonly Cell[] {
  const since = (atNs: number | null): number | null =>
    atNs === null || trial.disruptionNs === null ? null : rounded((atNs - trial.disruptionNs) / NS_PER_MS);
  const first = load?.firstFailureNs ?? null;
  const last = load?.lastFailureNs ?? null;
  return [
    trial.trial.number,
    trial.attempt,
    trial.counted,
    trial.trial.block,
    trial.trial.role,
    trial.trial.strategy.name,
    disruptionLabel(trial.trial.disruption),
    load?.load ?? null,
    trial.verdict,
    load?.intended ?? null,
    ...OUTCOMES.map((outcome) => load?.byOutcome[outcome] ?? null),
    load?.failed ?? null,
    load?.failedAfterRetry ?? null,
    load?.executedUnanswered ?? null,
    load?.heldUp ?? null,
    rounded(load?.heldUpMs ?? null),
    rounded(load?.unavailableMs ?? null),
    load?.unavailableAtLeast ?? null,
    trial.disruptionNs,
    since(first),
    since(last),
    rounded(load?.lostWindowMs ?? null),
    rounded(trial.shutdownMs),
    rounded(trial.recoveredMs),
    ...latency(load?.baselineLatencyMs),
    ...latency(load?.eventLatencyMs),
    rounded(load?.latenessP99Ms ?? null),
    trial.standUse,
    trial.othersChanges,
    [...new Set(trial.findings.map(({ code }) => code))].join(' '),
    trial.directory,
  ];
}

function latency(summary: LatencySummary | undefined): readonly Cell[] {
  if (summary === undefined) return [null, null, null, null, null, null];
  const { count, p50, p99, max, censored } = summary;
  const bounds = censored?.lowerBounds.join(' ') ?? '';
  return [count, rounded(p50), rounded(p99), rounded(max), censored?.requests ?? 0, bounds];
}
