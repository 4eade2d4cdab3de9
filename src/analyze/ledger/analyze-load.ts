import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { FAILED_OUTCOMES, OUTCOMES, type Outcome, type RequestRecord } from '../../model/request-record.ts';
import type { LoadSpec, Target } from '../../model/scenario.ts';
import type { Finding } from '../../model/verdict.ts';
import type { AnsweredByPod } from './answered-by-pod.ts';
import { Availability } from './availability.ts';
import { formatMs } from '../words/format-figures.ts';
import { DEFAULT_TARGET, isHeldUpForLong, judgeLoad } from './judge-load.ts';
import type { LastAnswers } from './last-answers.ts';
import { Latencies } from './latencies.ts';
import { LedgerLaw } from './ledger-law.ts';
import { LoadSeries } from './load-series.ts';
import { lostWindowMs } from './lost-requests.ts';
import { LoadFactsBook, type LoadFacts } from './load-facts.ts';
import { NumberList } from './number-list.ts';
import type { AnalyzedLoad } from '../run-result.ts';
import { Retries } from './retries.ts';
import { SkippedSlots } from './skipped-slots.ts';
import { quantile } from '../statistics/quantile.ts';
import { SendingTimes, type BusyTime } from './sending-times.ts';
import { silenceFindings } from './silence-findings.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/** Above this share of requests that the generator did not get out, the load was not the one that was planned. */
const LARGEST_NOT_SENT_SHARE = 0.01;

export interface LoadAnalysis {
  readonly result: Omit<AnalyzedLoad, 'inside' | 'executedUnanswered'>;
  /** In the order of their start; every attempt that failed. */
  readonly failures: readonly RequestRecord[];
  readonly retries: Retries;
  readonly sending: SendingTimes;
  /** When each request was meant that the generator itself did not get out, ns since run start. */
  readonly ownNotSent: readonly number[];
  readonly findings: readonly Finding[];
  /** What the margins need of the ledger. */
  readonly facts: LoadFacts;
}

/** What tells which Pod answered a request of this load, and what remembers it for all loads of the trial. */
export interface WhoAnswered {
  /** UID of the Pod; `null`: nothing tells. */
  readonly pods: { of(record: RequestRecord): string | null };
  readonly answered: AnsweredByPod;
  readonly lastAnswers: LastAnswers;
}

/**
 * Reads one ledger once, from front to back, and computes what one load of one trial came to. Memory: 100 bytes a
 * request, and the failed requests whole. `intended` is the engine's own count of requests, `null` if it gave none.
 */
export async function analyzeLoad(
  spec: LoadSpec,
  records: AsyncIterable<RequestRecord>,
  moments: TrialMoments,
  intended: number | null,
  { pods, answered, lastAnswers }: WhoAnswered,
  target: Target = DEFAULT_TARGET,
): Promise<LoadAnalysis> {
  const sinceNs = moments.disruptionNs ?? Infinity;
  const law = new LedgerLaw(spec.name);
  const series = new LoadSeries();
  const sending = new SendingTimes(spec, sinceNs);
  const availability = new Availability(sinceNs);
  const skipped = new SkippedSlots(spec);
  const ownNotSent: number[] = [];
  const book = new LoadFactsBook(spec, moments.disruptionNs);
  const byOutcome = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  const [baseline, event] = [new Latencies(), new Latencies()];
  const lateness = new NumberList();
  const failures: RequestRecord[] = [];
  const retries = new Retries();
  const waiting: Waiting[] = [];
  let count = 0;
  let blockedBefore = 0;

  for await (const record of records) {
    const { outcome, intendedNs: dueNs, startNs } = record;
    const endNs = record.endNs ?? Infinity;
    count += 1;
    law.check(record);
    lastAnswers.add(record);
    skipped.add(record);
    retries.add(record);
    let pod: string | null | undefined;
    const podOf = (): string | null => (pod === undefined ? (pod = pods.of(record)) : pod);
    if (answered.counts(record)) answered.add(record, podOf());
    book.add(record, podOf);
    byOutcome[outcome] += 1;
    const blocked = outcome === 'not-sent' && record.errorCode === 'CONCURRENCY_LIMIT';
    const held = blocked && dueNs >= sinceNs;
    series.add(record, held);
    sending.add(record, held);
    if (blocked) waiting.push({ dueNs, endNs });
    if (blocked && !held) blockedBefore += 1;
    if (outcome === 'not-sent' && !held) ownNotSent.push(dueNs);
    if (outcome === 'not-sent' && !blocked) availability.addAsleep({ dueNs, endNs });
    else availability.add({ dueNs, endNs }, outcome === 'ok');
    if (startNs !== null && record.attempt === 0) lateness.push((startNs - dueNs) / NS_PER_MS);
    const latencies = dueNs < sinceNs ? baseline : event;
    if (outcome === 'ok' && record.endNs !== null) latencies.add((record.endNs - dueNs) / NS_PER_MS);
    else if (FAILED_OUTCOMES.includes(outcome)) failures.push(record);
  }
  failures.sort((a, b) => startOf(a) - startOf(b) || a.id - b.id);

  const slots = skipped.found();
  const busy = sending.busyTimes();
  const heldUp = [...waiting, ...slots.map(({ dueNs, freeNs }) => ({ dueNs, endNs: freeNs }))];
  for (const each of heldUp) {
    const latencies = each.dueNs < sinceNs ? baseline : event;
    latencies.addAtLeast((freeAfter(each, busy) - each.dueNs) / NS_PER_MS);
  }
  const held = heldUp.filter(({ dueNs }) => dueNs >= sinceNs);
  for (const { dueNs } of slots.filter((slot) => slot.dueNs >= sinceNs)) series.addHeldUp(dueNs);
  const stoppedNs = moments.loadStoppedNs ?? Infinity;
  const unavailable = availability.longest(stoppedNs);

  const first = failures.at(0);
  const last = failures.at(-1);
  const figures = {
    failed: failures.length,
    failedAfterRetry: failures.filter((failure) => retries.remains(failure)).length,
    heldUp: held.length,
    heldUpMs: heldUpMs(held, busy, stoppedNs),
    unavailableMs: unavailable === null ? null : unavailable.ns / NS_PER_MS,
    unavailableAtLeast: unavailable?.atLeast ?? false,
    baselineLatencyMs: baseline.summary(),
    eventLatencyMs: event.summary(),
  };
  const judgement = judgeLoad(spec, figures, target);
  const result: LoadAnalysis['result'] = {
    load: spec.name,
    intended: count,
    byOutcome,
    ...figures,
    failing: judgement.failing,
    firstFailureNs: first === undefined ? null : startOf(first),
    lastFailureNs: last === undefined ? null : startOf(last),
    lostWindowMs: lostWindowMs(failures.filter((failure) => retries.of(failure)?.recovered !== true)),
    latenessP99Ms: quantile(lateness.sorted(), 0.99),
    series: series.bins(),
  };
  const findings = [
    ...law.findings(intended),
    ...heldUpFindings(spec, figures),
    ...sendingFindings(spec, count, ownNotSent.length, blockedBefore),
    ...judgement.findings,
    ...silenceFindings(spec, sending, moments),
  ];
  return { result, failures, retries, sending, ownNotSent, findings, facts: book.facts() };
}

function startOf(record: RequestRecord): number {
  return record.startNs ?? record.intendedNs;
}

/** A request that was due and found its connections busy, and until when it is known to have waited, ns. */
interface Waiting {
  readonly dueNs: number;
  readonly endNs: number;
}

/** The earliest that a connection can have been free for it: it waited for so long at least. */
function freeAfter({ endNs }: Waiting, busy: readonly BusyTime[]): number {
  const time = busyAt(endNs, busy);
  return time === undefined ? endNs : time.toNs;
}

/** The time, if there is one, that has begun before `atNs` and is not over. */
function busyAt(atNs: number, busy: readonly BusyTime[]): BusyTime | undefined {
  let [low, high] = [0, busy.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((busy[middle]?.fromNs ?? Infinity) < atNs) low = middle + 1;
    else high = middle;
  }
  const time = busy[low - 1];
  return time !== undefined && atNs <= time.toNs ? time : undefined;
}

/** How long, until the load was stopped, no connection was free while requests waited for one. */
function heldUpMs(held: readonly Waiting[], busy: readonly BusyTime[], stoppedNs: number): number {
  const waits = held.toSorted((a, b) => a.dueNs - b.dueNs);
  let totalNs = 0;
  let next = 0;
  for (const { fromNs, toNs } of busy) {
    while ((waits[next]?.endNs ?? Infinity) < fromNs) next++;
    if ((waits[next]?.dueNs ?? Infinity) < toNs) totalNs += Math.max(0, Math.min(toNs, stoppedNs) - fromNs);
  }
  return totalNs / NS_PER_MS;
}

function heldUpFindings(
  spec: LoadSpec,
  figures: Pick<AnalyzedLoad, 'heldUp' | 'heldUpMs'>,
): readonly Finding[] {
  const { heldUp, heldUpMs: busyMs } = figures;
  if (heldUp === 0) return [];
  const long = isHeldUpForLong(spec, figures);
  const requests = `${countOf(heldUp, 'request')} of load “${spec.name}”`;
  const why =
    busyMs > 0
      ? `${spec.concurrency === 1 ? 'its only connection was' : `all ${spec.concurrency} connections were`} waiting for the service, for ${formatMs(busyMs)} in all`
      : 'the connection of each was waiting for the service';
  return [
    {
      code: 'held-up',
      severity: long ? 'warning' : 'info',
      message: `${requests} could not be sent: ${why}.${long ? ' That is a second of the load or more: it counts as failed.' : ''}`,
    },
  ];
}

/** What the generator did not get out for reasons of its own, or because it was short of connections from the outset. */
function sendingFindings(
  spec: LoadSpec,
  count: number,
  notSent: number,
  blockedBefore: number,
): readonly Finding[] {
  if (count - notSent === 0) {
    const message = `Load “${spec.name}” sent no request at all: nothing was measured.`;
    return [{ code: 'nothing-sent', severity: 'void', message }];
  }
  if (notSent === 0) return [];
  const tooMany = notSent / count > LARGEST_NOT_SENT_SHARE;
  const share = `${notSent} of ${countOf(count, 'request')} of load “${spec.name}”`;
  const blocked =
    blockedBefore === 0
      ? ''
      : ` No connection was free for ${blockedBefore} of them although nothing was disrupted yet: a concurrency of ${spec.concurrency} is too low for this rate, or the service was slow to begin with.`;
  return [
    {
      code: 'not-sent',
      severity: tooMany ? 'void' : 'info',
      message: tooMany
        ? `The load generator did not get out ${share} (limit: 1 %): the load was not the one that was planned.${blocked}`
        : `The load generator did not get out ${share}.${blocked}`,
    },
  ];
}
