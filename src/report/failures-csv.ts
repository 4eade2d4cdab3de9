import { disruptionLabel } from '../analyze/disruption-label.ts';
import type { AnalyzedTrial, RunResult } from '../analyze/run-result.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { RequestRecord } from '../model/request-record.ts';
import { lastMilestoneBefore } from './last-milestone-before.ts';
import { rounded, toCsv, type Cell } from './to-csv.ts';

const COLUMNS = [
  'trial',
  'attempt',
  'block',
  'role',
  'strategy',
  'disruption',
  'load',
  'id',
  'outcome',
  'errorCode',
  'status',
  'sinceDisruptionMs',
  'tookMs',
  'afterMilestone',
  'sinceMilestoneMs',
  'engine',
  'connection',
  'requestOnConnection',
  'connectionAgeMs',
  'clientPort',
  'method',
  'path',
  'intendedNs',
  'startNs',
  'firstByteNs',
  'endNs',
  'pod',
  'bytesRead',
  'tryNumber',
];

/** failures.csv: every failed request of every trial, its ledger row and what is known about its moment. */
export function failuresCsv(result: RunResult): string {
  return toCsv(
    COLUMNS,
    result.trials.flatMap((trial) => trial.failures.map((failure) => row(trial, failure))),
  );
}

function row(trial: AnalyzedTrial, failure: RequestRecord): readonly Cell[] {
  const { disruptionNs } = trial;
  const startNs = failure.startNs ?? failure.intendedNs;
  const before = lastMilestoneBefore(trial.milestones, startNs);
  return [
    trial.trial.number,
    trial.attempt,
    trial.trial.block,
    trial.trial.role,
    trial.trial.strategy.name,
    disruptionLabel(trial.trial.disruption),
    failure.load,
    failure.id,
    failure.outcome,
    failure.errorCode,
    failure.status,
    disruptionNs === null ? null : rounded((startNs - disruptionNs) / NS_PER_MS),
    failure.endNs === null ? null : rounded((failure.endNs - startNs) / NS_PER_MS),
    before?.name ?? null,
    before === undefined ? null : rounded((startNs - before.atNs) / NS_PER_MS),
    failure.engine,
    failure.connection,
    failure.requestOnConnection,
    rounded(failure.connectionAgeMs),
    failure.clientPort,
    failure.method,
    failure.path,
    failure.intendedNs,
    failure.startNs,
    failure.firstByteNs,
    failure.endNs,
    failure.pod,
    failure.bytesRead,
    failure.attempt,
  ];
}
