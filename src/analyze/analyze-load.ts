import { NS_PER_MS } from '../model/duration.ts';
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
import { SendingTimes } from './sending-times.ts';
import { silenceFindings } from './silence-findings.ts';
import type { TrialMoments } from './trial-moments.ts';

/** Above this share of requests that the generator did not get out, the load was not the one that was planned. */
const LARGEST_NOT_SENT_SHARE = 0.01;

/**
 * The service held the load up for long enough to fail the trial when so many seconds' worth of its requests could not
 * be sent. Less is a service, or a machine, that was slow for a moment; see docs/methodology.md.
 */
const LONGEST_HOLD_UP_S = 1;

export interface LoadAnalysis {
  readonly result: Omit<AnalyzedLoad, 'inside'>;
  /** In the order of their start. */
  readonly failures: readonly RequestRecord[];
  readonly sending: SendingTimes;
  /** When each request was meant that the generator itself did not get out, ns since run start. */
  readonly ownNotSent: readonly number[];
  readonly findings: readonly Finding[];
}

/** What tells which Pod answered a request of this load, and what remembers it for all loads of the trial. */
export interface WhoAnswered {
  readonly pods: RequestPods;
  readonly answered: AnsweredByPod;
}

/**
 * Reads one ledger once, from front to back, and computes what one load of one trial came to. Memory: 32 bytes a
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
  const sending = new SendingTimes(spec, moments.disruptionNs ?? Infinity);
  const ownNotSent: number[] = [];
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
    const held = isHeldUp(record, moments);
    if (held) heldUp += 1;
    else if (record.outcome === 'not-sent') ownNotSent.push(record.intendedNs);
    sending.add(record, held);
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
    heldUp,
    failing: failures.length > 0 || isHeldUpForLong(spec, heldUp),
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
    ...silenceFindings(spec, sending, moments),
  ];
  return { result, failures, sending, ownNotSent, findings };
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

function isHeldUpForLong({ ratePerSecond = Infinity }: LoadSpec, heldUp: number): boolean {
  return heldUp > 0 && heldUp >= LONGEST_HOLD_UP_S * ratePerSecond;
}

function sendingFindings(
  spec: LoadSpec,
  count: number,
  byOutcome: Readonly<Record<Outcome, number>>,
  heldUp: number,
): readonly Finding[] {
  if (heldUp > 0) {
    const long = isHeldUpForLong(spec, heldUp);
    const message = `${heldUp} requests of load “${spec.name}” could not be sent: all ${spec.concurrency} connections were waiting for the service${long ? '. That is more than a second of the load: it counts as failed' : ''}.`;
    const rest = { ...byOutcome, 'not-sent': byOutcome['not-sent'] - heldUp };
    const finding: Finding = { code: 'held-up', severity: long ? 'warning' : 'info', message };
    return [finding, ...sendingFindings(spec, count, rest, 0)];
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
