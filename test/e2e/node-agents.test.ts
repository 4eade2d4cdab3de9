import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { requireBox } from '../../src/cluster/embedded/box-store.ts';
import { embeddedCluster } from '../../src/cluster/embedded/embedded-cluster.ts';
import { apiClient } from '../../src/cluster/kube/api-client.ts';
import { loadKubeConfig } from '../../src/cluster/kube/load-kube-config.ts';
import { openJournal } from '../../src/history/journal-writer.ts';
import type { NewHistoryEvent } from '../../src/model/history-event.ts';
import { deployInside } from '../../src/inside/deploy-inside.ts';
import { waitForPodsOnNodes } from '../../src/inside/inside-pods.ts';
import { nodeAgents } from '../../src/inside/node-agents.ts';
import { nodeImage } from '../../src/inside/node-image.ts';
import { EventLoopLag } from '../../src/observe/event-loop-lag.ts';
import { observeEvidence } from '../../src/trial/observe-evidence.ts';
import { createRunNamespace, deleteRunNamespace } from '../../src/run/run-namespace.ts';
import { waitRecovered } from '../../src/trial/wait-recovered.ts';
import { makePlan } from '../../src/scenario/make-plan.ts';
import { parseScenario } from '../../src/scenario/parse-scenario.ts';
import { applyWorkload } from '../../src/workload/apply-workload.ts';
import { buildManifests } from '../../src/workload/build-manifests.ts';
import { expiryFromNow } from '../../src/workload/ownership.ts';
import { waitUntilReady } from '../../src/workload/wait-until-ready.ts';
import type { Pod } from '../../src/workload/kube-object.ts';
import { drainbench } from './support/drainbench.ts';
import { eventually } from './support/eventually.ts';
import { auditCaughtUp, auditedExecs } from './support/existing-cluster.ts';
import { sampleImage } from './support/sample-image.ts';

const BOX = 'e2e-agents';
const SCENARIO = `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: agents, question: Do agents see what direct observers see? }
spec:
  cluster: { driver: embedded, nodeAgent: always }
  app: { sample: http, replicas: 3, latencyMs: 10 }
  loads:
    - { name: one, connections: fresh, ratePerSecond: 30 }
    - { name: other, connections: fresh, ratePerSecond: 30 }
  disruptions: [{ type: delete }]
  strategies: [{ name: none }]
  blocks: 1
  timing: { settleMs: 500, baselineMs: 1000, tailMs: 1000 }
`;

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-inside-'));
  const up = await drainbench(['cluster', 'up', '--name', BOX, '--nodes', '2']);
  expect(up.exitCode, up.all).toBe(0);
});
afterAll(async () => {
  await drainbench(['cluster', 'down', '--name', BOX]);
  rmSync(folder, { recursive: true });
});

/** What an event is about; two sights of one event have the same. */
function about(event: NewHistoryEvent): string | null {
  switch (event.type) {
    case 'endpoint-routed':
      return event.change === 'listed'
        ? null
        : `${event.node} ${event.change} ${event.service} ${event.podIP}:${event.podPort}`;
    case 'pod-network':
      return `${event.node} ${event.change} ${event.podIP}`;
    case 'conntrack':
      return `${event.node} ${event.clientAddress}:${event.clientPort} ${event.podIP}`;
    case 'runtime':
      return event.container === null
        ? null
        : `${event.node} ${event.topic} ${event.container.containerId} ${event.execId ?? ''}`;
    default:
      return null;
  }
}

describe('agents on the nodes', () => {
  it('see in one and the same trial what the direct observers see, at the same times within what both allow', async () => {
    const signal = AbortSignal.timeout(120_000);
    const cluster = embeddedCluster(await requireBox(BOX));
    const kubeConfig = loadKubeConfig(cluster.kubeconfigPath);
    const image = await nodeImage('e2e', signal);
    await cluster.loadImage(image.path, signal);
    await cluster.loadImage(await sampleImage(), signal);
    const journal = await openJournal(folder);
    const runStartNs = process.hrtime.bigint();
    const namespace = await createRunNamespace(
      kubeConfig,
      journal,
      'e2e',
      'drainbench-inside-e2e',
      'privileged',
      signal,
    );
    const scenario = parseScenario(SCENARIO, 's.yaml');
    const [planned] = makePlan(scenario, {}).trials;
    if (planned === undefined) throw new Error('a plan without trials');
    const inNamespace = { runId: 'e2e', namespace: namespace.name, expiresAt: expiryFromNow() };
    const core = apiClient(kubeConfig, CoreV1Api, signal);
    try {
      // Everything that labels can say of an agent, on one of the nodes, and running: it is no agent of ours.
      const decoy: Pod = {
        metadata: {
          name: 'zz-decoy',
          labels: { 'drainbench.dev/run': 'e2e', 'drainbench.dev/role': 'agent' },
        },
        spec: {
          nodeName: cluster.nodes[0]?.name ?? '',
          containers: [{ name: 'agent', image: image.reference, imagePullPolicy: 'Never' }],
        },
      };
      await core.createNamespacedPod({ namespace: namespace.name, body: decoy });
      await eventually(async () => {
        const { status } = await core.readNamespacedPod({ namespace: namespace.name, name: 'zz-decoy' });
        expect(status?.phase).toBe('Running');
      });
      const inside = await deployInside({
        ...inNamespace,
        ...{ cluster, kubeConfig, journal, scenario, signal, image: image.reference },
        wantsAgents: true,
        onStep: (message) => {
          throw new Error(message);
        },
      });
      expect(inside.agents).not.toBeNull();
      const apps = apiClient(kubeConfig, AppsV1Api, signal);
      const sets = await apps.listNamespacedDaemonSet({ namespace: namespace.name });
      const daemonSet = sets.items[0]?.metadata?.uid ?? '';
      const nodes = cluster.nodes.map(({ name }) => name);
      const wanted = { namespace: namespace.name, runId: 'e2e', role: 'agent', daemonSet, nodes };
      const { running, missing } = await waitForPodsOnNodes(kubeConfig, wanted, 30_000, signal);
      // As if the nodes had a kernel of their own: the harness maps all times by asking.
      const agents = nodeAgents(kubeConfig, namespace.name, [...running.values()], missing, {
        bootId: 'another',
        timeNamespace: null,
      });
      const workload = buildManifests({
        scenario,
        strategy: planned.strategy,
        trial: { ...inNamespace, trialId: '1' },
      });
      const { nodePort } = await applyWorkload(kubeConfig, workload.objects, {
        signal,
        service: workload.serviceName,
      });
      const pods = await waitUntilReady(kubeConfig, workload, { settleMs: 500, timeoutMs: 60_000, signal });

      const [direct, byAgent]: [NewHistoryEvent[], NewHistoryEvent[]] = [[], []];
      const nowNs = () => Number(process.hrtime.bigint() - runStartNs);
      const loop = new EventLoopLag(nowNs);
      const into = (events: NewHistoryEvent[]) => ({
        nowNs,
        heldUpNs: loop.heldUpNs,
        record: (event: NewHistoryEvent) => void events.push(event),
        signal,
      });
      const ports = { app: 8080, node: nodePort ?? 0, service: null, directClients: [] };
      const common = { cluster, namespace: namespace.name, ports, runStartNs };
      const observers = [
        await observeEvidence({ ...common, agents: null }, into(direct)),
        await observeEvidence({ ...common, agents }, into(byAgent)),
      ];
      const stalls = monitorEventLoopDelay({ resolution: 1 });
      stalls.enable();
      const address = cluster.nodes[1]?.address ?? '';
      const fromNs = nowNs();
      for (let request = 0; request < 20; request++) {
        await fetch(`http://${address}:${nodePort}/`, { headers: { connection: 'close' } }).then((answer) => answer.text()); // prettier-ignore
      }
      const victim = pods[0]?.name ?? '';
      await core.deleteNamespacedPod({ name: victim, namespace: namespace.name });
      expect(await waitRecovered(kubeConfig, workload, { victims: [] }, 60_000, signal)).toBe(true);
      await sleep(1000);
      for (const observer of observers) await observer.askProxies();
      const toNs = nowNs();
      stalls.disable();
      for (const observer of observers) await observer.stop();
      loop.stop();
      await auditCaughtUp(BOX);
      const entered = auditedExecs(BOX);
      expect(new Set(entered)).toEqual(new Set([...running.values()].map(({ name }) => name)));
      expect(entered).not.toContain('zz-decoy');

      const gaps = [...direct, ...byAgent].filter(({ type }) => type === 'observation-gap');
      expect(gaps).toEqual([]);
      const inTime = (events: NewHistoryEvent[]) =>
        new Map(
          events
            .filter(({ atNs }) => atNs > fromNs && atNs < toNs)
            .flatMap((event) => {
              const what = about(event);
              return what === null ? [] : [[`${event.type} ${what}`, event] as const];
            }),
        );
      const [seen, told] = [inTime(direct), inTime(byAgent)];
      expect([...told.keys()].sort()).toEqual([...seen.keys()].sort());
      expect(new Set([...seen.values()].map(({ type }) => type))).toEqual(
        new Set(['endpoint-routed', 'pod-network', 'conntrack', 'runtime']),
      );
      const samples = byAgent.filter((event) => event.type === 'clock-sample');
      expect(samples.length).toBeGreaterThan(20);
      expect(samples.some(({ shared }) => shared)).toBe(false);
      // What is stamped at its arrival is as late as a busy machine held up whoever stamped it: this process, which was
      // watched, or one on the node, whose slowest answer tells.
      const heldUpNs = stalls.max + 2 * Math.max(...samples.map(({ uncertaintyNs }) => uncertaintyNs));
      const pairs = [...seen].flatMap(([what, a]) => {
        const b = told.get(what);
        return b === undefined
          ? []
          : [{ what, byNs: b.atNs - a.atNs, within: a.uncertaintyNs + b.uncertaintyNs }];
      });
      // How long each side's monitors waited for a CPU nobody knows, but they do so alike: a clock that is mapped wrongly
      // moves all of one side.
      const middle = pairs.toSorted((a, b) => a.byNs - b.byNs)[Math.floor(pairs.length / 2)];
      expect(Math.abs(middle?.byNs ?? Infinity), JSON.stringify(pairs)).toBeLessThanOrEqual(
        heldUpNs + Math.max(...pairs.map(({ within }) => within)),
      );
    } finally {
      await deleteRunNamespace(kubeConfig, journal, namespace);
      await journal.close();
    }
  });
});
