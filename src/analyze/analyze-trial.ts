import { NS_PER_MS } from '../model/duration.ts';
import type { HistoryEvent } from '../model/history-event.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { LoadSpec } from '../model/scenario.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { Finding, Verdict } from '../model/verdict.ts';
import { analyzeLoad, type LoadAnalysis } from './analyze-load.ts';
import { attributeRequest } from './attribution/attribute-request.ts';
import { AnsweredByPod } from './answered-by-pod.ts';
import { ConnectionIndex } from './attribution/connection-index.ts';
import { limitByClock } from './attribution/limit-by-clock.ts';
import { trialEvidence } from './attribution/trial-evidence.ts';
import { assertContracts, contractFindings } from './contracts/assert-contracts.ts';
import { blindMomentFindings } from './blind-moment-findings.ts';
import { disruptionFindings } from './disruption-findings.ts';
import { findMilestones } from './find-milestones.ts';
import { findVictims } from './find-victims.ts';
import { gapFindings } from './gap-findings.ts';
import { nodeRules } from './node-rules.ts';
import { objectSightings } from './object-sightings.ts';
import { ownSightings } from './own-sightings.ts';
import { PodBook } from './pod-book.ts';
import { recoveryTime } from './recovery-time.ts';
import { ownDoingFindings } from './own-doing-findings.ts';
import { preflightFindings } from './preflight-findings.ts';
import { proxySyncs } from './proxy-syncs.ts';
import { RequestPods } from './request-pods.ts';
import type { AnalyzedTrial, FailedRequest } from './run-result.ts';
import { SentConnections } from './sent-connections.ts';
import { shutdownTime } from './shutdown-time.ts';
import { trialMoments, type TrialMoments } from './trial-moments.ts';
import { unfinishedFindings } from './unfinished-findings.ts';

export interface Ledger {
  /** Name of the load. */
  readonly load: string;
  /** The engine's own count of requests it meant to send; `null` where it gave none. */
  readonly intended: number | null;
  readonly records: AsyncIterable<RequestRecord>;
  /** What the reader had to say, asked after the last record. */
  readonly findings: () => readonly Finding[];
}

export interface TrialHistory {
  readonly record: TrialRecord;
  /** Folder below the run directory. */
  readonly directory: string;
  /** In the order of time. */
  readonly events: readonly HistoryEvent[];
  readonly ledgers: readonly Ledger[];
  /** What the reader of the files had to say, e.g. about a cut last line. */
  readonly findings: readonly Finding[];
}

/**
 * Computes one attempt at one trial from its history alone. A comparison trial fails when at least one request
 * failed, or the service held up a load for long; so does a negative control; a positive control fails when none did. Any void finding makes the
 * trial void whatever it shows. `counted` is true here; only the run knows that another attempt counts instead.
 */
export async function analyzeTrial(
  history: TrialHistory,
  loadSpecs: readonly LoadSpec[],
): Promise<AnalyzedTrial> {
  const { record, events } = history;
  const moments = trialMoments(events);
  const victims = findVictims(record, events, moments);
  const sightings = ownSightings(objectSightings(events, record.namespace), record.app);
  const book = new PodBook(sightings, victims, events, moments.disruptionNs);
  const clients = new Map(
    record.loads.flatMap(({ name, inside }) => (inside ? [[name, inside.address]] : [])),
  );
  const connections = new ConnectionIndex(events, book, new Set(clients.values()));
  const gaps = events.filter((event) => event.type === 'observation-gap');

  const answered = new AnsweredByPod(moments.disruptionNs);
  const loads: LoadAnalysis[] = [];
  for (const ledger of history.ledgers) {
    const spec = loadSpecs.find(({ name }) => name === ledger.load);
    if (spec === undefined) continue;
    const pods = new RequestPods(connections, book, clients.get(spec.name) ?? null);
    loads.push(await analyzeLoad(spec, ledger.records, moments, ledger.intended, { pods, answered }));
  }
  const { milestones, findings: disagreements } = findMilestones({
    events,
    sightings,
    victims,
    book,
    app: record.app,
    moments,
    sent: new SentConnections(events, new Set(clients.values())),
    fromLoad: answered.milestones(victims),
  });
  const failed = loads.flatMap((load) => load.failures).sort((a, b) => startOf(a) - startOf(b));
  const evidence = trialEvidence({
    events,
    sightings,
    milestones,
    book,
    connections,
    app: record.app,
    victims,
    disruptionNs: moments.disruptionNs,
    clients,
    loads: record.loads,
    answered,
    failures: failed,
  });
  const failures = failed.map((failure): FailedRequest => {
    const load = record.loads.find(({ name }) => name === failure.load);
    const attribution = attributeRequest(failure, evidence);
    return { ...failure, attribution: limitByClock(attribution, load?.inside?.clockUncertaintyNs ?? 0) };
  });
  const contracts = assertContracts({ record, events, victims, book, milestones });
  const findings = [
    ...record.findings,
    ...history.findings,
    ...completenessFindings(record, loads, loadSpecs),
    ...disruptionFindings(record, events, milestones),
    ...unfinishedFindings(record, victims, milestones, book, moments),
    ...gapFindings(gaps, moments),
    ...disagreements,
    ...history.ledgers.flatMap((ledger) => ledger.findings()),
    ...loads.flatMap((load) => load.findings),
    ...loadSpecs.flatMap((spec) => {
      const load = loads.find(({ result }) => result.load === spec.name);
      return load === undefined ? [] : blindMomentFindings(spec, load, milestones, moments.disruptionNs);
    }),
    ...earlyFailureFindings(record, failures, moments),
    ...ownDoingFindings(loads, failures),
    ...contractFindings(contracts),
    ...preflightFindings({ record, events, book, milestones }),
  ];
  return {
    trial: record.trial,
    attempt: record.attempt,
    directory: history.directory,
    verdict: verdictOf(record, loads, findings),
    findings,
    loads: loads.map(({ result }) => ({
      ...result,
      inside: record.loads.find(({ name }) => name === result.load)?.inside ?? null,
    })),
    shutdownMs: shutdownTime(milestones, victims, book),
    recoveredMs: recoveryTime(record, events, victims, moments),
    counted: true,
    disruptionNs: moments.disruptionNs,
    loadStoppedNs: moments.loadStoppedNs,
    phases: record.phases,
    victims,
    milestones,
    rules: nodeRules(events, victims, book, moments),
    proxySyncs: proxySyncs(events, moments.disruptionNs),
    contracts,
    failures,
    gaps,
  };
}

function startOf(record: RequestRecord): number {
  return record.startNs ?? record.intendedNs;
}

function completenessFindings(
  record: TrialRecord,
  loads: readonly LoadAnalysis[],
  loadSpecs: readonly LoadSpec[],
): readonly Finding[] {
  const findings: Finding[] = [];
  if (record.state !== 'finished') {
    const message = `The trial did not come to its end (state: ${record.state}).`;
    findings.push({ code: 'trial-incomplete', severity: 'void', message });
  }
  for (const spec of loadSpecs) {
    if (loads.some(({ result }) => result.load === spec.name)) continue;
    const file = record.loads.find(({ name }) => name === spec.name)?.ledger;
    const message = `There is no ledger of load “${spec.name}”${file === undefined ? '' : ` (${file})`}.`;
    findings.push({ code: 'ledger-missing', severity: 'void', message });
  }
  return findings;
}

/**
 * A request whose failure was known before the disruption cannot have been failed by it: something else is wrong
 * with this trial. In a negative control it is a failure like any other.
 */
function earlyFailureFindings(
  record: TrialRecord,
  failures: readonly RequestRecord[],
  moments: TrialMoments,
): readonly Finding[] {
  if (record.trial.role === 'negative-control' || moments.disruptionNs === null) return [];
  const disruptionNs = moments.disruptionNs;
  const early = failures.filter((failure) => (failure.endNs ?? Infinity) < disruptionNs);
  const first = early[0];
  if (first === undefined) return [];
  const aheadMs = ((disruptionNs - startOf(first)) / NS_PER_MS).toFixed(0);
  return [
    {
      code: 'failed-before-disruption',
      severity: 'void',
      message: `${early.length} requests had failed before anything was done, the first ${aheadMs} ms ahead (${first.outcome}, load “${first.load}”): the service was not healthy to begin with.`,
    },
  ];
}

function verdictOf(
  record: TrialRecord,
  loads: readonly LoadAnalysis[],
  findings: readonly Finding[],
): Verdict {
  if (findings.some(({ severity }) => severity === 'void')) return 'void';
  // A control has to show that failed requests are seen: that some could not be sent does not.
  if (record.trial.role === 'positive-control')
    return loads.some(({ result }) => result.failed > 0) ? 'pass' : 'fail';
  return loads.some(({ result }) => result.failing) ? 'fail' : 'pass';
}
