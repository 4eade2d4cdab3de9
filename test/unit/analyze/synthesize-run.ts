import { NS_PER_MS, NS_PER_S } from '../../../src/model/duration.ts';
import type {
  AppStamp,
  HistoryEvent,
  NewHistoryEvent,
  TrialPhase,
} from '../../../src/model/history-event.ts';
import type { PlannedTrial, TrialRole } from '../../../src/model/plan.ts';
import type { Outcome, RequestRecord } from '../../../src/model/request-record.ts';
import type { RunManifest } from '../../../src/model/run-manifest.ts';
import {
  scenarioSchema,
  type LoadSpec,
  type Scenario,
  type Strategy,
  type Target,
} from '../../../src/model/scenario.ts';
import type { TrialRecord } from '../../../src/model/trial-record.ts';
import { seededRandom } from '../../../src/model/seeded-random.ts';
import { trialDirectoryName } from '../../../src/history/trial-directory.ts';

/**
 * A run that was never measured: a toy model of a Service with three Pods, for tests of the analysis and the reports.
 * The same options give the same run. How many requests fail follows one rule: while a victim's listener is closed
 * and its endpoint still in use, a third of the fresh requests is refused; on kept-alive connections what is in
 * flight at the exit of an app that exits at once is reset. Long, because it is one model told from front to back.
 */
export interface SyntheticRun {
  readonly manifest: RunManifest;
  readonly trials: readonly SyntheticTrial[];
}

export interface SyntheticTrial {
  readonly record: TrialRecord;
  readonly directory: string;
  readonly events: readonly HistoryEvent[];
  readonly ledgers: ReadonlyMap<string, readonly RequestRecord[]>;
}

export interface SyntheticOptions {
  readonly name: string;
  readonly strategies: readonly SyntheticStrategy[];
  readonly blocks: number;
  readonly ratePerSecond: number;
  readonly baselineMs: number;
  readonly tailMs: number;
  readonly seed: number;
  /** Default: one with a fresh connection a request, one with kept-alive connections. */
  readonly loads?: readonly string[];
  /** Each node's rules were watched, and the ledger says which answers announced the end of their connection. */
  readonly watched?: boolean;
  /** Default: 0.5. */
  readonly maxFailingTrials?: number;
  /** What the scenario asks for besides. */
  readonly target?: Omit<Partial<Target>, 'maxFailingTrials'>;
  /** What goes wrong on purpose. */
  readonly negativeControlFails?: boolean;
}

export interface SyntheticStrategy {
  readonly name: string;
  readonly preStopSeconds: number;
  readonly drainSeconds?: number;
  /** How long kube-proxy goes on routing to the victim, ms from the delete. Default 60. */
  readonly routedMs?: number;
}

export function synthesizeRun(options: SyntheticOptions): SyntheticRun {
  const scenario = scenarioOf(options);
  const source = seededRandom(options.seed);
  const random = (): number => source.nextUint32() / 2 ** 32;
  const planned = plan(scenario, random);
  const trials: SyntheticTrial[] = [];
  let clockNs = 12 * NS_PER_S;
  for (const trial of planned) {
    const synthetic = synthesizeTrial(options, scenario, trial, clockNs, random);
    trials.push(synthetic);
    clockNs = (synthetic.events.at(-1)?.atNs ?? clockNs) + NS_PER_S;
  }
  return { manifest: manifestOf(scenario, planned, clockNs), trials };
}

function scenarioOf(options: SyntheticOptions): Scenario {
  const all = [
    { name: 'fresh', connections: 'fresh', ratePerSecond: options.ratePerSecond },
    { name: 'keep-alive', connections: 'keep-alive', ratePerSecond: options.ratePerSecond },
  ];
  return scenarioSchema.parse({
    apiVersion: 'drainbench.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: options.name, question: 'Which preStop is enough for this app when a Pod is deleted?' },
    spec: {
      cluster: { driver: 'embedded', nodes: 2 },
      app: { sample: 'http', replicas: 3 },
      loads: all.filter(({ name }) => options.loads?.includes(name) ?? true),
      disruptions: [{ type: 'delete' }],
      strategies: options.strategies.map(({ name, preStopSeconds, drainSeconds }) => ({
        name,
        preStop: preStopSeconds === 0 ? 'none' : { sleepSeconds: preStopSeconds },
        shutdown: drainSeconds === undefined ? { mode: 'graceful' } : { mode: 'drain', drainSeconds },
      })),
      blocks: options.blocks,
      seed: options.seed,
      timing: { baselineMs: options.baselineMs, tailMs: options.tailMs },
      target: { maxFailingTrials: options.maxFailingTrials ?? 0.5, ...options.target },
    },
  });
}

function plan(scenario: Scenario, random: () => number): readonly PlannedTrial[] {
  const [reference] = scenario.spec.strategies;
  if (reference === undefined) throw new Error('a run needs a strategy');
  const trials: PlannedTrial[] = [];
  for (let block = 1; block <= scenario.spec.blocks; block += 1) {
    const inBlock: { role: TrialRole; strategy: Strategy; disruption: PlannedTrial['disruption'] }[] = [
      ...scenario.spec.strategies.map((strategy) => ({
        role: 'comparison' as const,
        strategy,
        disruption: { type: 'delete' as const },
      })),
      { role: 'negative-control', strategy: reference, disruption: { type: 'none' } },
      { role: 'positive-control', strategy: reference, disruption: { type: 'force-delete' } },
    ];
    const shuffled = inBlock.map((trial) => ({ trial, key: random() })).sort((a, b) => a.key - b.key);
    for (const { trial } of shuffled) {
      trials.push({ number: trials.length + 1, block, seed: Math.floor(random() * 1e9), ...trial });
    }
  }
  return trials;
}

function synthesizeTrial(
  options: SyntheticOptions,
  scenario: Scenario,
  trial: PlannedTrial,
  startNs: number,
  random: () => number,
): SyntheticTrial {
  const model = options.strategies.find(({ name }) => name === trial.strategy.name);
  const jitterMs = (base: number) => base + random() * base * 0.25;
  const disrupted = trial.disruption.type !== 'none';
  const forced = trial.disruption.type === 'force-delete';
  const app = `web-${String(trial.number).padStart(3, '0')}`;
  const namespace = `drainbench-${trial.number}`;
  const pods = ['a7k2p', 'm4x9q', 'z8c5d'].map((suffix, i) => ({
    name: `${app}-6f7c9d8b54-${suffix}`,
    uid: `00000000-0000-4000-8000-${String(trial.number).padStart(8, '0')}000${i + 1}`,
    node: `node-${(i % 2) + 1}`,
    podIP: `198.18.${(i % 2) + 1}.${10 + i}`,
  }));
  const [victim] = pods;
  if (victim === undefined) throw new Error('no Pod');
  const replacement = {
    name: `${app}-6f7c9d8b54-n3w0p`,
    uid: `00000000-0000-4000-8000-${String(trial.number).padStart(8, '0')}0009`,
    node: 'node-2',
    podIP: '198.18.2.20',
  };

  const baselineNs = startNs + NS_PER_S;
  const disruptionNs = baselineNs + options.baselineMs * NS_PER_MS;
  const at = (ms: number) => Math.round(disruptionNs + ms * NS_PER_MS);
  const preStopMs = forced ? 0 : (model?.preStopSeconds ?? 0) * 1000;
  const drainMs = forced ? 0 : (model?.drainSeconds ?? 0) * 1000;
  const signalMs = preStopMs + jitterMs(14);
  const closedMs = signalMs + drainMs + jitterMs(3);
  const exitMs = closedMs + jitterMs(25);
  const routedMs = jitterMs(model?.routedMs ?? 60);
  const readyMs = jitterMs(1900);
  const goneMs = forced ? jitterMs(5) : exitMs + jitterMs(90);
  const stopNs = at(Math.max(disrupted ? Math.max(readyMs, goneMs) : 1500) + options.tailMs);

  const events: NewHistoryEvent[] = [];
  const phase = (name: TrialPhase, atNs: number) =>
    events.push({ type: 'phase', phase: name, atNs, uncertaintyNs: 1000, source: 'harness' });
  const pod = (
    change: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED',
    which: typeof victim,
    atNs: number,
    state: { ready?: boolean; deleting?: boolean; terminated?: boolean; bound?: boolean },
  ) =>
    events.push({
      type: 'object',
      change,
      kind: 'Pod',
      namespace,
      name: which.name,
      uid: which.uid,
      resourceVersion: String(1000 + events.length),
      atNs,
      uncertaintyNs: 2 * NS_PER_MS,
      source: 'api-watch',
      object: {
        metadata: {
          name: which.name,
          uid: which.uid,
          ...(state.deleting === true ? { deletionTimestamp: '2025-01-02T03:04:05Z' } : {}),
        },
        spec: state.bound === false ? {} : { nodeName: which.node },
        status: {
          podIP: which.podIP,
          conditions: [{ type: 'Ready', status: state.ready === true ? 'True' : 'False' }],
          containerStatuses: [
            {
              name: 'web',
              state: state.terminated === true ? { terminated: { exitCode: 0 } } : { running: {} },
            },
          ],
        },
      },
    });
  const slice = (
    change: 'LISTED' | 'MODIFIED',
    atNs: number,
    endpoints: readonly { of: typeof victim; ready: boolean; terminating: boolean }[],
  ) =>
    events.push({
      type: 'object',
      change,
      kind: 'EndpointSlice',
      namespace,
      name: `${app}-x1`,
      uid: `slice-${trial.number}`,
      resourceVersion: String(1000 + events.length),
      atNs,
      uncertaintyNs: 2 * NS_PER_MS,
      source: 'api-watch',
      object: {
        endpoints: endpoints.map(({ of, ready, terminating }) => ({
          addresses: [of.podIP],
          conditions: { ready, serving: true, terminating },
          targetRef: { kind: 'Pod', name: of.name, uid: of.uid },
        })),
      },
    });
  const stamp = (name: AppStamp, ms: number) =>
    events.push({
      type: 'app-stamp',
      stamp: name,
      pod: victim.name,
      podUid: victim.uid,
      container: 'web',
      fields: {},
      atNs: at(ms),
      uncertaintyNs: 50_000,
      source: 'app-log',
    });
  const action = (stage: 'requested' | 'accepted', ms: number) =>
    events.push({
      type: 'action',
      action: trial.disruption.type,
      stage,
      kind: 'Pod',
      namespace,
      name: victim.name,
      uid: victim.uid,
      ...(stage === 'accepted' ? { httpStatus: 200 } : {}),
      atNs: at(ms),
      uncertaintyNs: 20_000,
      source: 'harness',
    });

  phase('deploy', startNs);
  for (const each of pods) pod('LISTED', each, startNs + 400 * NS_PER_MS, { ready: true });
  const others = pods.slice(1).map((of) => ({ of, ready: true, terminating: false }));
  slice('LISTED', startNs + 410 * NS_PER_MS, [{ of: victim, ready: true, terminating: false }, ...others]);
  phase('settle', startNs + 500 * NS_PER_MS);
  phase('baseline', baselineNs);
  phase('disrupt', disruptionNs - 50_000);
  if (disrupted) {
    action('requested', 0);
    action('accepted', jitterMs(4));
    pod('ADDED', replacement, at(jitterMs(18)), { bound: false });
    pod('MODIFIED', replacement, at(jitterMs(27)), {});
    if (!forced) {
      pod('MODIFIED', victim, at(jitterMs(6)), { ready: true, deleting: true });
      slice('MODIFIED', at(jitterMs(31)), [{ of: victim, ready: false, terminating: true }, ...others]);
      stamp('signal', signalMs);
      if (drainMs > 0) stamp('readiness-flipped', signalMs + 0.4);
      stamp('listener-closed', closedMs);
      stamp('drained', closedMs + (exitMs - closedMs) * 0.8);
      stamp('exiting', exitMs);
      pod('MODIFIED', victim, at(exitMs + jitterMs(40)), { deleting: true, terminated: true });
    }
    pod('DELETED', victim, at(goneMs), { deleting: true, terminated: true });
    slice('MODIFIED', at(goneMs + jitterMs(12)), others);
    pod('MODIFIED', replacement, at(readyMs), { ready: true });
    slice('MODIFIED', at(readyMs + jitterMs(10)), [
      ...others,
      { of: replacement, ready: true, terminating: false },
    ]);
    phase('recover', at(5));
  }
  phase('tail', stopNs - options.tailMs * NS_PER_MS);
  phase('stop-load', stopNs);
  phase('collect', stopNs + 50 * NS_PER_MS);
  phase('clean-up', stopNs + 150 * NS_PER_MS);
  for (const each of pods.slice(1))
    pod('MODIFIED', each, stopNs + 200 * NS_PER_MS, { ready: true, deleting: true });
  phase('done', stopNs + 700 * NS_PER_MS);

  if (options.watched === true) {
    const route = (node: string, change: 'listed' | 'removed', of: typeof victim, atNs: number) =>
      events.push({
        type: 'endpoint-routed',
        node,
        change,
        service: `${namespace}/${app}/tcp/`,
        policy: 'cluster',
        podIP: of.podIP,
        podPort: 8080,
        atNs,
        uncertaintyNs: NS_PER_MS,
        source: 'dataplane',
      });
    for (const [index, node] of ['node-1', 'node-2'].entries()) {
      for (const each of pods) route(node, 'listed', each, startNs + 420 * NS_PER_MS);
      if (disrupted) route(node, 'removed', victim, at(routedMs + index * 5));
    }
  }

  const fails = (load: LoadSpec, ms: number): Outcome | undefined => {
    if (!disrupted) {
      return options.negativeControlFails === true && ms > 100 && ms < 140 ? 'reset' : undefined;
    }
    const fresh = load.connections === 'fresh';
    if (forced) return ms > 0 && ms < (fresh ? 180 : 40) ? pick(random, fresh) : undefined;
    if (fresh) return ms > closedMs && ms < routedMs ? pick(random, true) : undefined;
    return undefined;
  };
  const ledgers = new Map(
    scenario.spec.loads.map((load) => [
      load.name,
      ledgerOf(
        load,
        options.ratePerSecond,
        baselineNs,
        stopNs,
        disruptionNs,
        pods,
        victim.name,
        fails,
        random,
        options.watched !== true
          ? null
          : {
              leavesNs: disrupted ? at(drainMs > 0 ? signalMs : closedMs) : Infinity,
              droppedNs: disrupted ? at(routedMs) : Infinity,
              announces: drainMs > 0,
            },
      ),
    ]),
  );
  const record: TrialRecord = {
    schemaVersion: 1,
    trial,
    attempt: 1,
    state: 'finished',
    namespace,
    victims: disrupted ? [victim] : [],
    phases: events.flatMap((event) =>
      event.type === 'phase' ? [{ phase: event.phase, atNs: event.atNs }] : [],
    ),
    loads: scenario.spec.loads.map((load) => ({
      name: load.name,
      engine: load.engine,
      ledger: `requests-${load.name}.csv`,
      intended: ledgers.get(load.name)?.length ?? null,
    })),
    findings: [],
  };
  return {
    record,
    directory: trialDirectoryName(trial, 1),
    events: events
      .toSorted((a, b) => a.atNs - b.atNs)
      .map((event, i): HistoryEvent => ({ id: i + 1, ...event })),
    ledgers,
  };
}

function pick(random: () => number, fresh: boolean): Outcome | undefined {
  const dice = random();
  if (dice > 1 / 3) return undefined;
  if (!fresh) return 'reset';
  return dice < 0.22 ? 'refused' : dice < 0.3 ? 'reset' : 'connect-timeout';
}

function ledgerOf(
  load: LoadSpec,
  ratePerSecond: number,
  fromNs: number,
  toNs: number,
  disruptionNs: number,
  pods: readonly { readonly name: string }[],
  victim: string,
  fails: (load: LoadSpec, ms: number) => Outcome | undefined,
  random: () => number,
  watched: Leaving | null,
): readonly RequestRecord[] {
  const records: RequestRecord[] = [];
  const fresh = load.connections === 'fresh';
  const gapNs = NS_PER_S / ratePerSecond;
  for (let intended = fromNs; intended < toNs; intended += gapNs) {
    const id = records.length + 1;
    const intendedNs = Math.round(intended);
    const startNs = intendedNs + Math.round(random() * 0.3 * NS_PER_MS);
    const outcome = fails(load, (startNs - disruptionNs) / NS_PER_MS) ?? 'ok';
    const slow = random() < 0.01 ? 18 : 0;
    const tookMs =
      outcome === 'ok' ? 20.4 + random() * 1.8 + slow : outcome === 'connect-timeout' ? 2000 : 0.6;
    const endNs = startNs + Math.round(tookMs * NS_PER_MS);
    if (endNs > toNs) {
      records.push({ ...blank(load, id, intendedNs), startNs, endNs: toNs, outcome: 'censored' });
      continue;
    }
    const answered = pods[Math.floor(random() * pods.length)]?.name ?? victim;
    const lane = watched === null ? {} : laneOf(id, fresh, startNs, endNs, pods, watched);
    records.push({
      ...blank(load, id, intendedNs),
      connection: fresh ? id : ((id - 1) % 20) + 1,
      requestOnConnection: fresh ? 0 : Math.floor((id - 1) / 20),
      connectionAgeMs: fresh ? 0 : Math.round((intendedNs - fromNs) / NS_PER_MS),
      startNs,
      firstByteNs: outcome === 'ok' ? endNs - 100_000 : null,
      endNs,
      clientPort: 32_768 + (fresh ? id % 28_000 : id % 20),
      serverAddress: `198.18.16.1${1 + (id % 2)}`,
      outcome,
      status: outcome === 'ok' ? 200 : null,
      errorCode: ERROR_CODES[outcome] ?? null,
      pod: outcome === 'ok' ? answered : null,
      bytesRead: outcome === 'ok' ? 214 : 0,
      announcedClose: null,
      ...(outcome === 'ok' ? lane : {}),
    });
  }
  return records;
}

interface Leaving {
  /** From here on the first Pod has no connection any more: it was told to go, or cut them all. */
  readonly leavesNs: number;
  readonly droppedNs: number;
  /** Its last answer on each connection says so. */
  readonly announces: boolean;
}

/** Which connection and Pod: kept-alive ones stay with their Pod until that leaves them, and then go to the second. */
function laneOf(
  id: number,
  fresh: boolean,
  startNs: number,
  endNs: number,
  pods: readonly { readonly name: string }[],
  { leavesNs, droppedNs, announces }: Leaving,
): Partial<RequestRecord> {
  const [first, second, third] = pods.map(({ name }) => name);
  const of = id % 3;
  const other = (of === 2 ? third : second) ?? '';
  if (fresh) return { pod: of === 0 && endNs < Math.min(droppedNs, leavesNs) ? (first ?? '') : other };
  const connection = (id % 20) + 1;
  if (connection % 3 !== 0) return { connection, pod: second ?? '', announcedClose: false };
  // One lane comes round every twenty requests: whoever announces has told each of them by then.
  if (startNs < leavesNs) return { connection, pod: first ?? '', announcedClose: false };
  const again = announces && startNs < leavesNs + 500 * NS_PER_MS;
  if (again) return { connection, pod: first ?? '', announcedClose: true };
  return { connection: connection + 20, pod: second ?? '', announcedClose: false };
}

const ERROR_CODES: Partial<Record<Outcome, string>> = {
  refused: 'ECONNREFUSED',
  reset: 'ECONNRESET',
  'connect-timeout': 'ETIMEDOUT',
};

function blank(load: LoadSpec, id: number, intendedNs: number): RequestRecord {
  return {
    id,
    load: load.name,
    engine: load.engine,
    connection: null,
    requestOnConnection: null,
    connectionAgeMs: null,
    intendedNs,
    startNs: null,
    firstByteNs: null,
    endNs: null,
    method: 'GET',
    path: '/',
    clientPort: null,
    serverAddress: null,
    outcome: 'censored',
    status: null,
    errorCode: null,
    pod: null,
    bytesRead: 0,
    attempt: 0,
    announcedClose: null,
    retryOf: null,
  };
}

function manifestOf(scenario: Scenario, trials: readonly PlannedTrial[], endNs: number): RunManifest {
  const startMono = 4_000 * NS_PER_S;
  const startWall = Date.UTC(2025, 0, 2, 3, 4, 5);
  return {
    schemaVersion: 1,
    runId: '20250102T030405Z-5ee001',
    state: 'finished',
    scenario,
    scenarioFile: `scenarios/${scenario.metadata.name}.yaml`,
    plan: { seed: scenario.spec.seed, blocks: scenario.spec.blocks, trials: [...trials] },
    versions: { drainbench: '0.1.0', node: '24.15.0', kubernetes: 'v1.37.1', containerd: 'v2.3.7' },
    host: {
      os: 'Synthetic OS 1',
      kernel: '6.18.0',
      arch: 'x64',
      cpuModel: 'no machine: this run is synthetic',
      cpus: 2,
      memoryBytes: 24 * 2 ** 30,
    },
    clock: {
      start: { wallMs: startWall, monoNs: startMono },
      end: { wallMs: startWall + endNs / NS_PER_MS, monoNs: startMono + endNs },
    },
    argv: ['run', `scenarios/${scenario.metadata.name}.yaml`, '--seed', String(scenario.spec.seed)],
    git: { commit: '0123456789abcdef0123456789abcdef01234567', dirty: false },
    cluster: {
      driver: 'embedded',
      kubernetesVersion: 'v1.37.1',
      proxyMode: 'nftables',
      nodes: [
        { name: 'node-1', address: '198.18.0.11' },
        { name: 'node-2', address: '198.18.0.12' },
      ],
    },
  };
}
