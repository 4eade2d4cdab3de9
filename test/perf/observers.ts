// What all observers together cost: node test/perf/observers.ts [rounds] [seconds per round] [running cluster]
// (as root, with the tools built). The same box, app and load, observers off and on in turns; nothing is asserted, the
// aims are printed beside the figures. Paced loads are what scenarios put on; the saturated ones leave no CPU to anybody,
// so that all that observers take is taken from the load: the worst that can be. Bounded: rounds × seconds × 8, and
// about half a minute around it.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster } from '../../src/cluster/cluster.ts';
import { loadKubeConfig } from '../../src/cluster/kube/load-kube-config.ts';
import { openRequestLedger } from '../../src/history/request-ledger-reader.ts';
import { startLoadProcess } from '../../src/load/load-process.ts';
import type { ObjectEvent } from '../../src/model/history-event.ts';
import { watchApi } from '../../src/observe/api-watch.ts';
import { followAppLogs } from '../../src/observe/app-log.ts';
import type { ObserveContext, Observer } from '../../src/observe/observer.ts';
import type { KubeObject } from '../../src/observe/watch-state.ts';
import { appImageArchives } from '../../src/run/images/app-image.ts';
import { observeControlPlane } from '../../src/trial/observe-control-plane.ts';
import { observeEvidence } from '../../src/trial/observe-evidence.ts';
import { openEmbedded } from '../../src/run/open/open-embedded.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { applyWorkload } from '../../src/workload/apply-workload.ts';
import { buildManifests } from '../../src/workload/build-manifests.ts';
import { buildNamespace } from '../../src/workload/build-namespace.ts';
import { waitUntilReady } from '../../src/workload/wait-until-ready.ts';
import { loadSpec } from '../unit/load/load-spec.ts';

const [rounds = 5, seconds = 5] = process.argv.slice(2, 4).map(Number);
const existingName = process.argv[4] ?? null;
const APP_PORT = 8080;
/** Five times what the shipped scenarios send. */
const PACED_PER_SECOND = 500;
const LOADS = [
  { name: 'paced, keep-alive', engine: 'native', connections: 'keep-alive', ratePerSecond: PACED_PER_SECOND },
  { name: 'paced, fresh', engine: 'native', connections: 'fresh', ratePerSecond: PACED_PER_SECOND },
  { name: 'saturated, keep-alive', engine: 'autocannon', connections: 'keep-alive', concurrency: 20 },
  { name: 'saturated, fresh', engine: 'autocannon', connections: 'fresh', concurrency: 20 },
] as const;
// In a trial observers are there before the Pods; here they have the logs of earlier rounds to catch up with.
const CATCH_UP_MS = 2000;
const AIMS = { rate: 0.97, p99Ms: 5 };

const scenario = parseScenario(
  `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: observers, question: What do the observers cost? }
spec:
  app: { sample: http, latencyMs: 1 }
  loads: [{ name: fresh, connections: fresh, ratePerSecond: 1 }]
  disruptions: [{ type: none }]
  strategies: [{ name: none }]
`,
  'observers.yaml',
);
const { signal } = new AbortController();
const runId = `perf-${process.pid}`;
const opened = await openEmbedded({
  ...{ spec: scenario.spec.cluster, existingName, ownName: runId, expected: null, signal },
  onToolProgress: () => undefined,
  onStep: () => undefined,
});
const folder = await mkdtemp(join(tmpdir(), 'drainbench-perf-'));
const kubeConfig = loadKubeConfig(opened.cluster.kubeconfigPath);
try {
  const busy = loadavg()[0]?.toFixed(1) ?? '?';
  console.log(
    `${availableParallelism()} cores, load average ${busy}, node ${process.version}; ${rounds} rounds of ${seconds} s off and on`,
  );
  const nodePort = await deploy();
  for (const load of LOADS) {
    await measure(load, nodePort, 2, null);
    const off: Round[] = [];
    const on: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      // Which comes first changes, so that what drifts favours neither.
      for (const observed of round % 2 === 0 ? [false, true] : [true, false]) {
        const result = await measure(load, nodePort, seconds, observed ? opened.cluster : null);
        (observed ? on : off).push(result);
      }
    }
    print(load.name, off, on);
  }
} finally {
  await removeNamespace();
  await opened.close();
  await rm(folder, { recursive: true });
}

interface Round {
  readonly perSecond: number;
  readonly p99Ms: number;
  /** Events that the observers recorded. */
  readonly events: number;
}

async function deploy(): Promise<number> {
  for (const archive of await appImageArchives(scenario, null, [], signal))
    await opened.cluster.loadImage(archive, signal);
  const expiresAt = new Date(Date.now() + 3_600_000);
  const owner = { runId, trialId: 'perf', namespace: runId, expiresAt };
  const [strategy] = scenario.spec.strategies;
  if (strategy === undefined) throw new Error('the scenario has a strategy');
  const workload = buildManifests({ scenario, strategy, trial: owner });
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: runId,
      labels: buildNamespace(runId, runId, expiresAt, '{}', {}).metadata?.labels ?? {},
    },
  };
  await applyWorkload(kubeConfig, [namespace], { signal });
  const { nodePort } = await applyWorkload(kubeConfig, workload.objects, {
    signal,
    service: workload.serviceName,
  });
  await waitUntilReady(kubeConfig, workload, { settleMs: 1000, timeoutMs: 60_000, signal });
  if (nodePort === null) throw new Error('the workload has a NodePort');
  return nodePort;
}

async function measure(
  load: (typeof LOADS)[number],
  nodePort: number,
  forSeconds: number,
  observed: Cluster | null,
): Promise<Round> {
  const runStartNs = process.hrtime.bigint();
  const ledgerPath = join(await mkdtemp(join(folder, 'round-')), 'requests.csv');
  let events = 0;
  const context: ObserveContext = {
    nowNs: () => Number(process.hrtime.bigint() - runStartNs),
    // What is written to disk in a run is put into words here too.
    record: (event) => {
      events += JSON.stringify(event).length > 0 ? 1 : 0;
    },
    signal,
  };
  const observers = observed === null ? [] : await observe(observed, nodePort, runStartNs, context);
  await sleep(CATCH_UP_MS);
  const running = await startLoadProcess({
    spec: loadSpec({ ...load, name: 'perf' }),
    targets: opened.cluster.nodes.map(({ address }) => ({ host: address, port: nodePort })),
    runStartNs,
    ledgerPath,
  });
  await sleep(forSeconds * 1000);
  const { byOutcome, startNs, stopNs } = await running.stop({ drainMs: 2000 });
  for (const observer of observers) await observer.stop();
  const tookMs: number[] = [];
  for await (const { outcome, endNs, intendedNs } of await openRequestLedger(ledgerPath)) {
    if (outcome === 'ok' && endNs !== null) tookMs.push((endNs - intendedNs) / 1e6);
  }
  return { perSecond: byOutcome.ok / ((stopNs - startNs) / 1e9), p99Ms: quantile(tookMs, 0.99), events };
}

/** All that a run has. */
async function observe(
  cluster: Cluster,
  nodePort: number,
  runStartNs: bigint,
  context: ObserveContext,
): Promise<Observer[]> {
  const { podLogsPath } = cluster.sources;
  const logsPath = await mkdtemp(join(folder, 'logs-'));
  const clock = { runStartNs, runStartWallMs: Date.now(), bootId: '', podBootIds: new Map<string, string>() };
  const logs = followAppLogs({ kubeConfig, namespace: runId, logsPath, clock, podLogsPath }, context);
  const onPod = (change: ObjectEvent['change'], pod: KubeObject) => logs.podSeen(change, pod);
  const scope = {
    namespace: runId,
    labelSelector: '',
    names: null,
    shared: false,
    nodes: true,
    claims: true,
  };
  const ports = { app: APP_PORT, node: nodePort, service: null, directClients: [] };
  return [
    await watchApi(kubeConfig, scope, context, onPod),
    ...(await observeControlPlane(cluster, runId, runStartNs, context)),
    await observeEvidence({ cluster, agents: null, namespace: runId, ports, runStartNs }, context),
    { stop: () => logs.stop() },
  ];
}

function print(name: string, off: readonly Round[], on: readonly Round[]): void {
  const pairs = off.map((each, index) => ({ off: each, on: on[index] ?? each }));
  const ratios = pairs.map((pair) => pair.on.perSecond / pair.off.perSecond);
  const slower = pairs.map((pair) => pair.on.p99Ms - pair.off.p99Ms);
  const figures = (rounds: readonly Round[]) =>
    `${rounds.map(({ perSecond }) => Math.round(perSecond)).join(' ')}/s, p99 ${rounds.map(({ p99Ms }) => p99Ms.toFixed(1)).join(' ')} ms`;
  console.log(`${name}: off ${figures(off)}; on ${figures(on)}`);
  console.log(
    `${name}: rate on ÷ off ${spread(ratios, 3)} (aim ≥ ${AIMS.rate}); p99 on − off ${spread(slower, 1)} ms (aim ≤ ${AIMS.p99Ms}); ` +
      `${Math.round(
        quantile(
          on.map(({ events }) => events),
          0.5,
        ),
      )} events a round`,
  );
}

/** Median, and from least to most. */
function spread(values: readonly number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => (sorted[index] ?? NaN).toFixed(digits);
  return `${at(Math.floor(sorted.length / 2))} (${at(0)} to ${at(sorted.length - 1)})`;
}

function quantile(values: readonly number[], share: number): number {
  return (
    values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN
  );
}

async function removeNamespace(): Promise<void> {
  const { CoreV1Api } = await import('@kubernetes/client-node');
  await kubeConfig.makeApiClient(CoreV1Api).deleteNamespace({ name: runId });
}
