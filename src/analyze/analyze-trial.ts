import type { AppLedger } from '../history/app-ledger-reader.ts';
import type { HistoryEvent } from '../model/history-event.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { LoadSpec, Target } from '../model/scenario.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { Finding, Verdict } from '../model/verdict.ts';
import { analyzeLoad, type LoadAnalysis } from './ledger/analyze-load.ts';
import { AnsweredByPod } from './ledger/answered-by-pod.ts';
import { attributeFailures } from './attribution/attribute-failures.ts';
import { ConnectionIndex } from './attribution/connection-index.ts';
import { portsFromKernel } from './attribution/ports-from-kernel.ts';
import { trialEvidence } from './attribution/trial-evidence.ts';
import { clockUncertainty } from './times/clock-uncertainty.ts';
import { containerEnds } from './milestones/container-ends.ts';
import { assertContracts, contractFindings } from './contracts/assert-contracts.ts';
import { findMilestones } from './milestones/find-milestones.ts';
import { findVictims } from './objects/find-victims.ts';
import { hookFates } from './milestones/hook-fates.ts';
import type { JudgedTrial } from './findings/judged-trial.ts';
import { judgeAll } from './judgements/judgement.ts';
import { DEFAULT_TARGET } from './ledger/judge-load.ts';
import { JudgementErrors } from './judgements/judgement-errors.ts';
import { LastAnswers } from './ledger/last-answers.ts';
import { trialMargins } from './margins/trial-margins.ts';
import { nodeRules } from './routes/node-rules.ts';
import { objectSightings } from './objects/object-sightings.ts';
import { MainProcesses } from './objects/main-processes.ts';
import { othersChanges, proxySyncs } from './routes/kube-proxy-activity.ts';
import { ownSightings } from './objects/own-sightings.ts';
import { PodBook } from './objects/pod-book.ts';
import { PodsAsOf, subjectPod } from './objects/pods-as-of.ts';
import { recoveryTime } from './milestones/recovery-time.ts';
import { RequestPods } from './attribution/request-pods.ts';
import type { AnalyzedTrial, FailedRequest } from './run-result.ts';
import { SentConnections } from './milestones/sent-connections.ts';
import { ServingContainers } from './objects/serving-containers.ts';
import { shutdownTime } from './milestones/pod-end.ts';
import { PREFLIGHT, SHUTDOWN, VALIDITY } from './findings/trial-judgements.ts';
import { trialMoments } from './times/trial-moments.ts';
import { victimRoutes } from './routes/victim-routes.ts';

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
  /** Reads what the app itself says of its requests; `null`: it keeps no ledger. Asked only where a request failed. */
  readonly readAppLedger?: () => Promise<AppLedger | null>;
}

/**
 * Computes one attempt at one trial from its history alone. A comparison trial fails when at least one request
 * failed, the service held up a load for long or served nobody for long, or missed `target`; so does a negative control;
 * a positive control fails when none did. Any void finding makes the trial void whatever it shows. `counted` is true here; only the run knows that another attempt counts instead.
 *
 * Each judgement is made by itself: one that throws is a finding that names it (`judgement-error`), and void only where
 * the trial's validity hangs on it.
 */
export async function analyzeTrial(
  history: TrialHistory,
  loadSpecs: readonly LoadSpec[],
  target: Target = DEFAULT_TARGET,
  nodes: readonly string[] = [],
): Promise<AnalyzedTrial> {
  const { record, events } = history;
  const errors = new JudgementErrors();
  const moments = trialMoments(events);
  const victims = findVictims(record, events, moments);
  const sightings = ownSightings(objectSightings(events, record.namespace), record.app);
  const book = new PodBook(sightings, victims, events, moments.disruptionNs);
  const clients = new Map(
    record.loads.flatMap(({ name, inside }) => (inside ? [[name, inside.address]] : [])),
  );
  const connections = new ConnectionIndex(events, book, new Set(clients.values()));
  const gaps = events.filter((event) => event.type === 'observation-gap');

  const main = new MainProcesses(events);
  const answered = new AnsweredByPod(moments.disruptionNs);
  const lastAnswers = new LastAnswers();
  const loads: LoadAnalysis[] = [];
  const unreadLoads: string[] = [];
  for (const ledger of history.ledgers) {
    const spec = loadSpecs.find(({ name }) => name === ledger.load);
    if (spec === undefined) continue;
    const load = await errors.guardAsync({ name: `load ${spec.name}`, decidesVoid: true }, null, async () => {
      const pods = new RequestPods(connections, book, clients.get(spec.name) ?? null);
      const who = { pods, answered, lastAnswers };
      return analyzeLoad(spec, ledger.records, moments, ledger.intended, who, target);
    });
    if (load === null) unreadLoads.push(spec.name);
    else loads.push(load);
  }
  const routes = errors.guard({ name: 'routes' }, [], () =>
    victimRoutes(events, victims, book, record.app, moments),
  );
  const { milestones, findings: disagreements } = findMilestones({
    events,
    sightings,
    victims,
    book,
    main,
    app: record.app,
    moments,
    routes,
    sent: new SentConnections(events, new Set(clients.values())),
    fromLoad: answered.milestones(victims),
  });
  const told = loads.flatMap((load) => load.failures).sort((a, b) => startOf(a) - startOf(b));
  const failed = errors.guard({ name: 'ports' }, told, () =>
    portsFromKernel(told, events, book, (load) => clockUncertainty(load, record.loads) ?? Infinity),
  );
  const evidence = errors.guard({ name: 'causes' }, null, () =>
    trialEvidence({
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
      lastAnswers,
      main,
      failures: failed,
    }),
  );
  const appLedger =
    failed.length === 0
      ? null
      : await errors.guardAsync(
          { name: 'app-ledger' },
          null,
          async () => (await history.readAppLedger?.()) ?? null,
        );
  const { failures, findings: unjudged } = attributeFailures(failed, { loads, record, evidence, appLedger });
  const pods = new PodsAsOf(sightings, moments.cleanUpNs);
  const ends = errors.guard({ name: 'container-ends' }, [], () => containerEnds(victims, pods, milestones));
  const fates = errors.guard({ name: 'hook-fates' }, [], () => hookFates(ends, pods, milestones));
  const pod = subjectPod(pods, victims, moments);
  const contracts = assertContracts({ record, events, victims, pods, milestones, hookFates: fates });
  const serving = new ServingContainers(events, book, record.app);
  const judged: JudgedTrial = {
    ...{ record, events, moments, victims, book, pods, pod, sightings, milestones, ends, gaps },
    ...{ loadSpecs, loads, unreadLoads, failures, hookFates: fates },
    servingContainer: errors.guard({ name: 'serving-container' }, null, () => {
      const known = pod && book.byUid(pod.uid);
      return known === undefined ? null : serving.of(known);
    }),
  };
  const rules = errors.guard({ name: 'node-rules' }, [], () => nodeRules(events, victims, routes, moments));
  // The verdict of a strategy rests on them: a trial of which they are not known shows nothing.
  const margins = errors.guard({ name: 'margins', decidesVoid: true }, [], () => {
    if (evidence === null) throw new Error('the evidence of this trial could not be laid out');
    return trialMargins({
      record,
      moments,
      victims,
      milestones,
      rules,
      nodes,
      failures,
      loads: loadSpecs.flatMap((spec) => {
        const load = loads.find(({ result }) => result.load === spec.name);
        return load === undefined ? [] : [{ spec, ...load }];
      }),
      serving,
      book,
      connections,
      clients,
      sightings,
      endpoints: evidence.endpoints,
      maxP99Ms: target.maxP99Ms ?? null,
    });
  });
  const figures = {
    shutdownMs: errors.guard({ name: 'shutdown-time' }, null, () => shutdownTime(milestones, victims, book)),
    recoveredMs: errors.guard({ name: 'recovery-time' }, null, () =>
      recoveryTime(record, events, victims, moments),
    ),
    rules,
    proxySyncs: errors.guard({ name: 'proxy-syncs' }, [], () => proxySyncs(events, moments.disruptionNs)),
  };
  const findings = [
    ...record.findings,
    ...history.findings,
    ...judgeAll(VALIDITY, judged),
    ...disagreements,
    ...history.ledgers.flatMap((ledger) => ledger.findings()),
    ...loads.flatMap((load) => load.findings),
    ...contractFindings(contracts),
    ...judgeAll([...PREFLIGHT, ...SHUTDOWN], judged),
    ...unjudged,
    ...errors.findings(),
  ];
  return {
    trial: record.trial,
    attempt: record.attempt,
    directory: history.directory,
    verdict: verdictOf(record, loads, findings),
    findings,
    loads: loads.map(({ result }) => ({
      ...result,
      executedUnanswered: executedUnanswered(
        failures.filter(({ load }) => load === result.load),
        appLedger,
      ),
      inside: record.loads.find(({ name }) => name === result.load)?.inside ?? null,
    })),
    ...figures,
    counted: true,
    disruptionNs: moments.disruptionNs,
    loadStoppedNs: moments.loadStoppedNs,
    standUse: record.stand?.use ?? 1,
    othersChanges: othersChanges(events, moments.disruptionNs, record.app),
    phases: record.phases,
    victims,
    milestones,
    margins,
    contracts,
    failures,
    gaps,
  };
}

function startOf(record: RequestRecord): number {
  return record.startNs ?? record.intendedNs;
}

/** Failed requests that the app had and did not answer; `null`: it keeps no ledger that could tell. */
function executedUnanswered(failures: readonly FailedRequest[], app: AppLedger | null): number | null {
  if (failures.length > 0 && app === null) return null;
  return failures.filter(({ executed, outcome }) => executed === true && outcome !== 'http-error').length;
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
