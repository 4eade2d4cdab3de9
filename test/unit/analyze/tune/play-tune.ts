import { judgeHazards } from '../../../../src/analyze/margins/judge-hazards.ts';
import { routingMargins } from '../../../../src/analyze/margins/routing-margins.ts';
import type {
  AnalyzedLoad,
  AnalyzedTrial,
  FailedRequest,
  RunResult,
} from '../../../../src/analyze/run-result.ts';
import { summarizeRun } from '../../../../src/analyze/run/summarize-run.ts';
import { drainSecondsOf, scenarioSchema, type Strategy } from '../../../../src/model/scenario.ts';
import { NS_PER_S } from '../../../../src/model/duration.ts';
import type { GraceMargin, KeptConnections, LoadMargins } from '../../../../src/model/margin.ts';
import type { PlannedTrial } from '../../../../src/model/plan.ts';
import type { RunManifest } from '../../../../src/model/run-manifest.ts';
import type { Tune } from '../../../../src/model/tune.ts';
import { TuneStages } from '../../../../src/run/tune-stages.ts';
import { nextTuneBlock, tunableApps } from '../../../../src/scenario/tune-plan.ts';
import { tunedWorkload } from '../../../../src/workload/tuned-workload.ts';
import { buildTrial, step } from '../margins/build-trial.ts';
import { failed } from '../build-history.ts';
import { synthesizeRun } from '../synthesize-run.ts';

/** How one trial of a made-up app on a made-up cluster goes. Times are ms since the delete. */
export interface World {
  /** When the last node drops the Pod; `null`: never; `blind`: nobody sees. */
  readonly droppedMs: (trial: PlannedTrial) => number | null | 'blind';
  /** How long the Pod goes on listening after its preStop. Default: 30, and as long as it drains. */
  readonly listensMs?: (strategy: Strategy) => number;
  /** Kept-alive connections that it ends without notice. Default: of an app that does not drain, 3. */
  readonly cut?: (strategy: Strategy) => number;
  /** Requests of the kept-alive load that it has in hand at its end. Default: 0. */
  readonly cutInHand?: (trial: PlannedTrial) => number;
  /** How long an answer takes that counts against the Pod's end. Default: 0, and it waits for its requests. */
  readonly longestAnswerMs?: number;
  readonly nobodyLeftMs?: number;
  /** Requests of the first load that fail for no reason that shows. */
  readonly lost?: (trial: PlannedTrial) => number;
  readonly hookWorks?: boolean;
  readonly isVoid?: (trial: PlannedTrial) => boolean;
  readonly loads?: readonly ('fresh' | 'keep-alive')[];
  readonly strategies?: readonly object[];
  readonly disruptions?: readonly object[];
  readonly target?: number;
  readonly kubernetesVersion?: string;
  /** How long each trial takes besides its preStop. Default: 10. */
  readonly trialSeconds?: number;
}

/** A tune that was played to its end, without a cluster. */
export interface PlayedTune {
  readonly result: RunResult;
  /** Names of the strategies in the order in which they were compared. */
  readonly order: readonly string[];
  /** What was told of it while it went on. */
  readonly steps: readonly string[];
}

/** Plays a tune of a made-up world, with the real planning, judging and summarizing. */
export async function playTune(world: World, minutes = 10): Promise<PlayedTune> {
  const template = await buildTrial({});
  let nowMs = 0;
  const steps: string[] = [];
  const stages = new TuneStages({
    ...{ minutes, startedMs: 0, nowMs: () => nowMs },
    onStep: (message) => void steps.push(message),
  });
  const trials: AnalyzedTrial[] = [];
  let manifest = firstManifest(world, minutes);
  let pending: readonly PlannedTrial[] = manifest.plan.trials;
  while (pending.length > 0) {
    for (const planned of pending) {
      const tookMs = (world.trialSeconds ?? 10) * 1000 + preStopMs(planned.strategy);
      const trial = trialOf(planned, world, template, { fromMs: nowMs, toMs: nowMs + tookMs });
      nowMs += tookMs;
      stages.add(trial);
      trials.push(trial);
    }
    const grown = stages.grow(manifest);
    pending = grown?.plan.trials.slice(manifest.plan.trials.length) ?? [];
    manifest = grown ?? manifest;
  }
  const compared = trials.filter(({ trial }) => trial.role === 'comparison');
  return {
    result: summarizeRun({ ...manifest, state: 'finished' }, trials),
    steps,
    order: compared.map(({ trial }) => trial.strategy.name),
  };
}

const FAILURE: FailedRequest = {
  ...failed(1, 1100),
  attribution: {
    ...{ cause: 'unexplained', confidence: 'weak', because: 'nobody looked', candidates: [], missing: [] },
    ...{ evidence: [], pod: null, podUid: null, podNode: null, podProof: null, sentByNode: null },
  },
  ...{ retriedBy: null, recovered: false, executed: null },
};
const NODES = ['node1', 'node2'];

function firstManifest(world: World, minutes: number): RunManifest {
  const loads = (world.loads ?? ['fresh', 'keep-alive']).map((name) => ({
    ...{ name, connections: name, ratePerSecond: 100 },
  }));
  const scenario = scenarioSchema.parse({
    apiVersion: 'drainbench.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name: 'played', question: 'Which preStop?' },
    spec: {
      app: { sample: 'http' },
      loads,
      disruptions: world.disruptions ?? [{ type: 'delete' }],
      strategies: world.strategies ?? [{ name: 'none' }],
      target: { maxFailingTrials: world.target ?? 0.1 },
    },
  });
  const apps = [...tunableApps(scenario)];
  const [first] = apps;
  if (first === undefined) throw new Error('a scenario has a strategy');
  const tune: Tune = { minutes, workload: tunedWorkload(scenario, []), apps, settings: [] };
  const measured = { ...scenario, spec: { ...scenario.spec, strategies: [first] } };
  const trials = nextTuneBlock(measured, first, { seed: 1, blocks: 0, trials: [] });
  const { manifest } = synthesizeRun({
    ...{ name: 'played', strategies: [{ name: 'none', preStopSeconds: 0 }], blocks: 1 },
    ...{ ratePerSecond: 10, baselineMs: 100, tailMs: 100, seed: 1 },
  });
  return {
    ...manifest,
    state: 'running',
    scenario: measured,
    plan: { seed: 1, blocks: 1, trials: [...trials] },
    tune,
    cluster: {
      ...{
        driver: 'embedded',
        kubernetesVersion: world.kubernetesVersion ?? 'v1.37.1',
        proxyMode: 'nftables',
      },
      nodes: NODES.map((name) => ({ name, address: '198.18.0.1' })),
    },
  };
}

function preStopMs({ preStop }: Strategy): number {
  if (typeof preStop === 'string') return 0;
  if ('sleepSeconds' in preStop) return preStop.sleepSeconds * 1000;
  return 'exec' in preStop ? Number(preStop.exec[1]) * 1000 : 0;
}

function trialOf(
  planned: PlannedTrial,
  world: World,
  template: AnalyzedTrial,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): AnalyzedTrial {
  const isComparison = planned.role === 'comparison';
  const { strategy } = planned;
  const hookMs = world.hookWorks === false ? 0 : preStopMs(strategy);
  const listensMs = world.listensMs?.(strategy) ?? 30 + drainSecondsOf(strategy.shutdown) * 1000;
  const closedMs = hookMs + listensMs;
  const dropped = isComparison ? world.droppedMs(planned) : 90;
  const milestones = isComparison ? [step('delete-received', 0), step('listener-closed', closedMs)] : [];
  const rules: AnalyzedTrial['rules'] = NODES.map((node, at) => {
    const atMs = at === 0 ? 60 : dropped;
    if (atMs === null) return { podUid: 'a', node, state: 'not-dropped', atNs: null, uncertaintyNs: 0 };
    if (atMs === 'blind') return { podUid: 'a', node, state: 'not-watched', atNs: null, uncertaintyNs: 0 };
    return { podUid: 'a', node, state: 'dropped', atNs: NS_PER_S + atMs * 1e6, uncertaintyNs: 1e6 };
  });
  const lost = isComparison ? (world.lost?.(planned) ?? 0) : 0;
  const fails = planned.role === 'positive-control';
  const loads = world.loads ?? ['fresh', 'keep-alive'];
  const isVoid = world.isVoid?.(planned) ?? false;
  return {
    ...template,
    trial: planned,
    verdict: isVoid ? 'void' : fails || lost > 0 ? 'fail' : 'pass',
    findings: isVoid ? [{ code: 'load-silent', severity: 'void', message: 'The load fell silent.' }] : [],
    milestones,
    rules,
    shutdownMs: isComparison ? closedMs + 20 : null,
    phases: [
      { phase: 'deploy', atNs: fromMs * 1e6 },
      { phase: 'done', atNs: toMs * 1e6 },
    ],
    // A control must be seen to fail; what it is does not matter.
    failures: fails ? [FAILURE] : [],
    loads: loads.map((load, at): AnalyzedLoad => {
      const [base] = template.loads;
      if (base === undefined) throw new Error('the trial has a load');
      const lostHere = fails ? 5 : at === 0 ? lost : 0;
      return { ...base, load, failed: lostHere, failedAfterRetry: lostHere, failing: lostHere > 0 };
    }),
    margins: isComparison
      ? loads.map((load) =>
          marginsOf(planned, world, { load, closedMs, milestones, rules, dropped, template }),
        )
      : [],
  };
}

function marginsOf(
  planned: PlannedTrial,
  world: World,
  seen: Pick<AnalyzedTrial, 'milestones' | 'rules'> & {
    readonly load: 'fresh' | 'keep-alive';
    readonly closedMs: number;
    readonly dropped: number | null | 'blind';
    readonly template: AnalyzedTrial;
  },
): LoadMargins {
  const { load, closedMs, milestones, rules, dropped, template } = seen;
  const { victims } = template;
  const cuts =
    load === 'keep-alive'
      ? (world.cut?.(planned.strategy) ?? (drainSecondsOf(planned.strategy.shutdown) > 0 ? 0 : 3))
      : 0;
  const connections: KeptConnections = {
    announced: 5,
    cut: Array.from({ length: cuts }, (_, connection) => {
      return { connection, pod: 'web-a', podUid: 'a', idleMs: 90, met: false };
    }),
    ...{ unknown: 0, why: '', longestIdleMs: 210 },
  };
  const cutInHand = load === 'keep-alive' ? (world.cutInHand?.(planned) ?? 0) : 0;
  const leftMs =
    world.longestAnswerMs === undefined
      ? 30_000 - closedMs
      : closedMs + 20 - (typeof dropped === 'number' ? dropped : 0) - world.longestAnswerMs;
  const grace: GraceMargin = {
    ...{ pod: 'web-a', podUid: 'a', until: world.longestAnswerMs === undefined ? 'deadline' : 'end' },
    ...{ margin: { ms: leftMs, uncertaintyMs: 1 }, cut: cutInHand, why: '' },
  };
  const margins = {
    ...{ trial: planned.number, attempt: 1, block: planned.block, strategy: planned.strategy.name },
    ...{ disruption: planned.disruption.type, load },
    routing: routingMargins({ victims, milestones, rules, nodes: NODES, whyNoNode: '' }),
    connections: load === 'keep-alive' ? connections : null,
    grace: [grace],
    ...{ refusals: 0, nobodyLeftMs: world.nobodyLeftMs ?? 0, fallenMs: 0, p99Ms: 30, heldUp: 0 },
  };
  return {
    ...margins,
    hazards: judgeHazards({ ...margins, retriesOnCut: false, killed: false, maxP99Ms: null }),
  };
}
