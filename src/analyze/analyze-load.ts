import { NS_PER_MS, NS_PER_S } from '../model/duration.ts';
import { FAILED_OUTCOMES, OUTCOMES, type Outcome, type RequestRecord } from '../model/request-record.ts';
import type { LoadSpec } from '../model/scenario.ts';
import type { LatencySummary } from '../model/trial-result.ts';
import type { Finding } from '../model/verdict.ts';
import type { AnsweredByPod } from './answered-by-pod.ts';
import { LedgerLaw } from './ledger-law.ts';
import { LoadSeries } from './load-series.ts';
import { NumberList } from './number-list.ts';
import type { RequestPods } from './request-pods.ts';
import type { AnalyzedLoad } from './run-result.ts';
import { quantile } from './statistics/quantile.ts';
import type { TrialMoments } from './trial-moments.ts';

/** Above this share of requests that the generator did not get out, the load was not the one that was planned. */
const LARGEST_NOT_SENT_SHARE = 0.01;

export interface LoadAnalysis {
  readonly result: Omit<AnalyzedLoad, 'inside'>;
  /** In the order of their start. */
  readonly failures: readonly RequestRecord[];
  readonly findings: readonly Finding[];
}

/** What tells which Pod answered a request of this load, and what remembers it for all loads of the trial. */
export interface WhoAnswered {
  readonly pods: RequestPods;
  readonly answered: AnsweredByPod;
}

/**
 * Reads one ledger once, from front to back, and computes what one load of one trial came to. Memory: 16 bytes a
 * request, and the failed requests whole. `intended` is the engine's own count of requests, `null` if it gave none.
 */
export async function analyzeLoad(
  spec: LoadSpec,
  records: AsyncIterable<RequestRecord>,
  moments: TrialMoments,
  intended: number | null,
  { pods, answered }: WhoAnswered,
): Promise<LoadAnalysis> {
  const law = new LedgerLaw(spec.name);
  const series = new LoadSeries();
  const byOutcome = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const baseline = new NumberList();
  const event = new NumberList();
  const lateness = new NumberList();
  const failures: RequestRecord[] = [];
  let count = 0;
  let heldUp = 0;

  for await (const record of records) {
    count += 1;
    law.check(record);
    if (answered.counts(record)) answered.add(record, pods.of(record));
    series.add(record);
    byOutcome[record.outcome] += 1;
    if (isHeldUp(record, moments)) heldUp += 1;
    if (record.startNs !== null) lateness.push((record.startNs - record.intendedNs) / NS_PER_MS);
    if (record.outcome === 'ok' && record.endNs !== null) {
      const before = record.intendedNs < (moments.disruptionNs ?? Infinity);
      (before ? baseline : event).push((record.endNs - record.intendedNs) / NS_PER_MS);
    } else if (FAILED_OUTCOMES.includes(record.outcome)) failures.push(record);
  }
  failures.sort((a, b) => startOf(a) - startOf(b) || a.id - b.id);

  const first = failures.at(0);
  const last = failures.at(-1);
  const result: Omit<AnalyzedLoad, 'inside'> = {
    load: spec.name,
    intended: count,
    byOutcome,
    failed: failures.length,
    firstFailureNs: first === undefined ? null : startOf(first),
    lastFailureNs: last === undefined ? null : startOf(last),
    baselineLatencyMs: summary(baseline),
    eventLatencyMs: summary(event),
    latenessP99Ms: quantile(lateness.sorted(), 0.99),
    series: series.bins(),
  };
  const findings = [
    ...law.findings(intended),
    ...sendingFindings(spec, count, byOutcome, heldUp),
    ...silenceFindings(spec, series, moments),
  ];
  return { result, failures, findings };
}

function startOf(record: RequestRecord): number {
  return record.startNs ?? record.intendedNs;
}

function summary(list: NumberList): LatencySummary {
  const sorted = list.sorted();
  return {
    count: sorted.length,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    max: sorted.at(-1) ?? null,
  };
}

/**
 * After the disruption every connection may be busy with a service that does not answer. A request that could not be
 * sent for that reason is the service's doing, not the generator's.
 */
function isHeldUp(record: RequestRecord, { disruptionNs }: TrialMoments): boolean {
  const blocked = record.outcome === 'not-sent' && record.errorCode === 'CONCURRENCY_LIMIT';
  return blocked && disruptionNs !== null && record.intendedNs >= disruptionNs;
}

function sendingFindings(
  spec: LoadSpec,
  count: number,
  byOutcome: Readonly<Record<Outcome, number>>,
  heldUp: number,
): readonly Finding[] {
  if (heldUp > 0) {
    const message = `${heldUp} requests of load “${spec.name}” could not be sent: all ${spec.concurrency} connections were waiting for the service.`;
    const rest = { ...byOutcome, 'not-sent': byOutcome['not-sent'] - heldUp };
    return [{ code: 'held-up', severity: 'info', message }, ...sendingFindings(spec, count, rest, 0)];
  }
  const notSent = byOutcome['not-sent'];
  if (count - notSent === 0) {
    const message = `Load “${spec.name}” sent no request at all: nothing was measured.`;
    return [{ code: 'nothing-sent', severity: 'void', message }];
  }
  if (notSent === 0) return [];
  const tooMany = notSent / count > LARGEST_NOT_SENT_SHARE;
  const share = `${notSent} of ${count} requests of load “${spec.name}”`;
  return [
    {
      code: 'not-sent',
      severity: tooMany ? 'void' : 'info',
      message: tooMany
        ? `The load generator did not get out ${share} (limit: 1 %): the load was not the one that was planned.`
        : `The load generator did not get out ${share}.`,
    },
  ];
}

/**
 * A load that stops by itself sees no failure, and would pass. From the disruption until it is stopped there must be
 * no silence that its own pace and timeouts do not explain.
 */
function silenceFindings(spec: LoadSpec, series: LoadSeries, moments: TrialMoments): readonly Finding[] {
  if (moments.disruptionNs === null || moments.loadStoppedNs === null) return [];
  const silenceNs = series.longestSilenceNs(moments.disruptionNs, moments.loadStoppedNs);
  const paceNs = spec.ratePerSecond === undefined ? 0 : (3 * NS_PER_S) / spec.ratePerSecond;
  const stallNs = spec.engine === 'native' ? 0 : (spec.connectTimeoutMs + spec.responseTimeoutMs) * NS_PER_MS;
  if (silenceNs <= NS_PER_S + Math.max(paceNs, stallNs)) return [];
  const seconds = (silenceNs / NS_PER_S).toFixed(1);
  return [
    {
      code: 'load-silent',
      severity: 'void',
      message: `Load “${spec.name}” sent nothing for ${seconds} s after the disruption: failures in that time could not be seen.`,
    },
  ];
}
