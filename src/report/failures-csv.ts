import { disruptionLabel } from '../analyze/words/disruption-label.ts';
import type { AnalyzedTrial, FailedRequest, RunResult } from '../analyze/run-result.ts';
import type { Evidence } from '../model/attribution.ts';
import { NS_PER_MS } from '../model/duration.ts';
import { milestonesAround } from './milestones-around.ts';
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
  'cause',
  'confidence',
  'candidates',
  'sentToPod',
  'podProof',
  'podNode',
  'sentByNode',
  'because',
  'missing',
  'evidence',
  'sinceDisruptionMs',
  'tookMs',
  'afterMilestone',
  'sinceMilestoneMs',
  'beforeMilestone',
  'untilMilestoneMs',
  'engine',
  'connection',
  'requestOnConnection',
  'connectionAgeMs',
  'clientPort',
  'serverAddress',
  'method',
  'path',
  'intendedNs',
  'startNs',
  'firstByteNs',
  'endNs',
  'pod',
  'bytesRead',
  'tryNumber',
  'announcedClose',
  'retryOf',
  'retriedBy',
  'recovered',
  'executed',
];

/** failures.csv: every failed request of every trial, its ledger row and what is known about its moment. */
export function failuresCsv(result: RunResult): Iterable<string> {
  return toCsv(COLUMNS, rows(result));
}

function* rows({ trials }: RunResult): Generator<readonly Cell[]> {
  for (const trial of trials) for (const failure of trial.failures) yield row(trial, failure);
}

function row(trial: AnalyzedTrial, failure: FailedRequest): readonly Cell[] {
  const { disruptionNs } = trial;
  const startNs = failure.startNs ?? failure.intendedNs;
  const { before, after } = milestonesAround(trial.milestones, startNs, failure.attribution.podUid);
  const { attribution } = failure;
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
    attribution.cause,
    attribution.confidence,
    attribution.candidates.join(' '),
    attribution.pod,
    attribution.podProof,
    attribution.podNode,
    attribution.sentByNode,
    attribution.because,
    attribution.missing.join('; '),
    eventIds(attribution.evidence),
    disruptionNs === null ? null : rounded((startNs - disruptionNs) / NS_PER_MS),
    failure.endNs === null ? null : rounded((failure.endNs - startNs) / NS_PER_MS),
    before?.name ?? null,
    before === undefined ? null : rounded((startNs - before.atNs) / NS_PER_MS),
    after?.name ?? null,
    after === undefined ? null : rounded((after.atNs - startNs) / NS_PER_MS),
    failure.engine,
    failure.connection,
    failure.requestOnConnection,
    rounded(failure.connectionAgeMs),
    failure.clientPort,
    failure.serverAddress,
    failure.method,
    failure.path,
    failure.intendedNs,
    failure.startNs,
    failure.firstByteNs,
    failure.endNs,
    failure.pod,
    failure.bytesRead,
    failure.attempt,
    failure.announcedClose,
    failure.retryOf,
    failure.retriedBy,
    failure.recovered,
    failure.executed,
  ];
}

/** Ids of the events that prove the cause; what only the ledger shows has none. */
function eventIds(evidence: readonly Evidence[]): string {
  return [...new Set(evidence.map(({ eventId }) => eventId).filter((id) => id !== null))].join(' ');
}
