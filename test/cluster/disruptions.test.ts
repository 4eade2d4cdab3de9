import {
  AppsV1Api,
  CoreV1Api,
  PolicyV1Api,
  type KubeConfig,
  type V1Pod,
  type V1PodDisruptionBudget,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { restartComponent } from '../../src/cluster/embedded/box-control.ts';
import { requireBox } from '../../src/cluster/embedded/box-store.ts';
import { childrenOf } from '../../src/cluster/embedded/run-component.ts';
import { embeddedCluster } from '../../src/cluster/embedded/embedded-cluster.ts';
import type { Cluster } from '../../src/cluster/cluster.ts';
import { apiClient } from '../../src/cluster/kube/api-client.ts';
import type { Plain } from '../../src/cluster/kube/plain.ts';
import { loadKubeConfig } from '../../src/cluster/kube/load-kube-config.ts';
import { disrupt } from '../../src/disrupt/disrupt.ts';
import { disruptionBudget } from '../../src/disrupt/disruption-budget.ts';
import { DISRUPTION_KINDS } from '../../src/disrupt/disruption-kinds.ts';
import type { NewHistoryEvent } from '../../src/model/history-event.ts';
import { plannedDisruptionSchema, type Disruption } from '../../src/model/scenario.ts';
import { sweepDeadRuns } from '../../src/run/sweep-dead-runs.ts';
import { waitRecovered } from '../../src/trial/wait-recovered.ts';
import { applyWorkload, type OwnedObject } from '../../src/workload/apply-workload.ts';
import type { Container, Deployment } from '../../src/workload/kube-object.ts';
import { LABELS } from '../../src/workload/ownership.ts';
import { leaseOwner } from '../../src/workload/lease-holder.ts';
import { removeWorkload } from '../../src/workload/remove-workload.ts';
import { waitUntilReady, type ReadyPod } from '../../src/workload/wait-until-ready.ts';
import { disruptionContext } from '../e2e/support/disruption-context.ts';
import { signalComponent } from '../support/signal-component.ts';
import { drainbench } from '../e2e/support/drainbench.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { sampleImage } from '../e2e/support/sample-image.ts';
import { trialWorkload, type TrialWorkload } from '../e2e/support/trial-workload.ts';

const BOX = 'e2e-disrupt';
const NAMESPACE = 'disruptions';
const { signal } = new AbortController();

let cluster: Cluster;
let kubeConfig: KubeConfig;
let core: CoreV1Api;
let trials = 0;

beforeAll(async () => {
  const up = await drainbench(['cluster', 'up', '--name', BOX, '--nodes', '2']);
  expect(up.exitCode, up.all).toBe(0);
  const loaded = await drainbench(['cluster', 'load-image', await sampleImage(), '--name', BOX]);
  expect(loaded.exitCode, loaded.all).toBe(0);
  cluster = embeddedCluster(await requireBox(BOX));
  kubeConfig = loadKubeConfig(cluster.kubeconfigPath);
  core = apiClient(kubeConfig, CoreV1Api, signal);
  await applyWorkload(kubeConfig, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }], {
    signal,
  });
});

afterAll(async () => {
  await drainbench(['cluster', 'down', '--name', BOX]);
});

interface Deployed extends TrialWorkload {
  readonly owned: readonly OwnedObject[];
  readonly ready: readonly ReadyPod[];
}

/** What becomes of the app's container in each Pod. */
type Containers = (app: Container) => Container[];
const ALONE: Containers = (app) => [app];
/** One that serves nothing, before the app's. */
const WITH_HELPER: Containers = (app) => [
  {
    name: 'helper',
    image: app.image ?? '',
    imagePullPolicy: 'IfNotPresent',
    command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 60 & wait $!; done'],
  },
  app,
];

/** Three Pods on two nodes, Ready unless nobody waits for that, with what the disruption wants beside them. */
async function deploy(spec: Disruption, containers = ALONE, untilReady = true): Promise<Deployed> {
  trials += 1;
  const made = withContainers(
    trialWorkload(NAMESPACE, `${String(trials).padStart(3, '0')}-a`, 3),
    containers,
  );
  const budget = disruptionBudget(
    spec,
    disruptionContext(kubeConfig, made, { nowNs: () => 0, record: () => undefined, signal }),
  );
  const objects = [...made.workload.objects, ...(budget === null ? [] : [budget])];
  const { owned } = await applyWorkload(kubeConfig, objects, { signal });
  const ready = untilReady
    ? await waitUntilReady(kubeConfig, made.workload, { settleMs: 0, timeoutMs: 60_000, signal })
    : [];
  return { ...made, owned, ready };
}

function withContainers({ trial: owner, workload }: TrialWorkload, containers: Containers): TrialWorkload {
  const objects = workload.objects.map((object) => {
    const { spec } = object as Deployment;
    if (object.kind !== 'Deployment' || spec?.template.spec === undefined) return object;
    const pod = { ...spec.template.spec, containers: spec.template.spec.containers.flatMap(containers) };
    return { ...object, spec: { ...spec, template: { ...spec.template, spec: pod } } } as Deployment;
  });
  return { trial: owner, workload: { ...workload, objects } };
}

/** One trial of a disruption, from nothing to nothing. */
async function trial(input: Parameters<typeof plannedDisruptionSchema.parse>[0], containers = ALONE) {
  const spec = plannedDisruptionSchema.parse(input);
  const deployed = await deploy(spec, containers);
  const { workload, owned, ready } = deployed;
  const events: NewHistoryEvent[] = [];
  const startedAt = process.hrtime.bigint();
  const undos: (() => Promise<void>)[] = [];
  const notes: string[] = [];
  const made: { uid: string; object: V1Pod }[] = [];
  const context = disruptionContext(
    kubeConfig,
    deployed,
    {
      nowNs: () => Number(process.hrtime.bigint() - startedAt),
      record: (event) => void events.push(event),
      signal,
    },
    {
      cluster,
      objects: {
        intended: async ({ kind, namespace, name }) => {
          // Before anything is there.
          await expect(core.readNamespacedPod({ namespace, name })).rejects.toMatchObject({ code: 404 });
          notes.push(`${kind} intended`);
        },
        created: async ({ kind, namespace, name, uid }) => {
          notes.push(`${kind} created`);
          if (kind === 'Pod') made.push({ uid, object: await core.readNamespacedPod({ namespace, name }) });
        },
        removed: ({ kind }) => Promise.resolve(void notes.push(`${kind} removed`)),
      },
      onNodeChange: (_node, undo) => {
        undos.push(() => undo(signal));
        return Promise.resolve();
      },
    },
  );
  const nodes = await nodeStates();
  try {
    const disrupted = await disrupt(spec, context);
    const during = await nodeStates();
    const recovered = await waitRecovered(kubeConfig, workload, disrupted, 60_000, signal);
    const labelSelector = workload.selector;
    const { items } = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector });
    const actions = events.flatMap((event) => (event.type === 'action' ? [event] : []));
    return {
      ready,
      during,
      recovered,
      after: items,
      victims: disrupted.victims,
      notes,
      made,
      actions: actions.map(({ stage, kind }) => `${kind} ${stage}`),
      refusals: actions.filter(({ stage }) => stage === 'refused'),
    };
  } finally {
    for (const undo of undos) await undo();
    expect(await nodeStates()).toEqual(nodes);
    await removeWorkload(kubeConfig, owned, deployed.trial, { signal });
  }
}

/** What a disruption may change of the nodes. */
async function nodeStates() {
  const { items } = await core.listNode();
  return items.map(({ metadata, spec }) => ({
    name: metadata?.name,
    closed: spec?.unschedulable ?? false,
    // The node controller's own word for `closed`, which comes and goes a moment later, is not ours.
    taints: (spec?.taints ?? []).filter(({ key }) => key !== 'node.kubernetes.io/unschedulable'),
    marks: Object.keys(metadata?.annotations ?? {}).filter((key) => key.startsWith('drainbench.dev/')),
  }));
}

const controllers = (does: 'STOP' | 'CONT') => signalComponent(cluster, 'kube-controller-manager', does);

const uids = (pods: readonly { uid?: string | undefined }[]) => pods.map(({ uid }) => uid);

describe('a disruption on a real cluster', () => {
  it('evict: each Pod through the Eviction API, one after the other where a budget holds them back', async () => {
    const { actions, refusals, recovered, after, victims } = await trial({
      type: 'evict',
      pods: 2,
      maxUnavailable: 1,
    });
    expect(recovered).toBe(true);
    expect(actions.filter((action) => action === 'Pod accepted')).toHaveLength(2);
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) {
      expect(refusal.httpStatus).toBe(429);
      expect(refusal.message).toContain('disruption budget');
    }
    expect(after).toHaveLength(3);
    for (const { metadata } of after) expect(uids(victims)).not.toContain(metadata?.uid);
  });

  it('evict: is refused in the end where the budget allows none, and no Pod goes', async () => {
    const spec = { type: 'evict', pods: 1, maxUnavailable: 0, retryForSeconds: 1 };
    // Every Pod is Ready: what refuses it now will refuse it in a repetition.
    await expect(trial(spec)).rejects.toMatchObject({ code: 'disruption-blocked' });
  });

  it('evict: is refused for good where a second budget selects the same Pods', async () => {
    const policy = apiClient(kubeConfig, PolicyV1Api, signal);
    const name = 'second';
    const selector = { matchLabels: { [LABELS.target]: 'true' } };
    const body: Plain<V1PodDisruptionBudget> = { metadata: { name }, spec: { maxUnavailable: 1, selector } };
    await policy.createNamespacedPodDisruptionBudget({ namespace: NAMESPACE, body });
    try {
      const spec = { type: 'evict', pods: 1, maxUnavailable: 1, retryForSeconds: 1 };
      await expect(trial(spec)).rejects.toMatchObject({
        code: 'disruption-blocked',
        found: expect.stringContaining('more than one PodDisruptionBudget') as string,
      });
    } finally {
      await policy.deleteNamespacedPodDisruptionBudget({ namespace: NAMESPACE, name });
    }
  });

  it('drain: closes the node, empties it of the Pods, and opens it again', async () => {
    const { ready, during, recovered, after, victims } = await trial({ type: 'drain' });
    expect(recovered).toBe(true);
    const [node] = new Set(victims.map((victim) => victim.node));
    expect(during.filter(({ closed }) => closed)).toMatchObject([{ name: node }]);
    expect(uids(victims).toSorted()).toEqual(uids(ready.filter((pod) => pod.node === node)).toSorted());
    expect(after.map(({ spec }) => spec?.nodeName)).not.toContain(node);
  });

  it('taint: the control plane throws the Pods off the node, and the taint goes again', async () => {
    const { during, recovered, after, victims } = await trial({ type: 'taint' });
    expect(recovered).toBe(true);
    const [node] = new Set(victims.map((victim) => victim.node));
    expect(during.find(({ name }) => name === node)?.taints).toMatchObject([{ effect: 'NoExecute' }]);
    expect(after.map(({ spec }) => spec?.nodeName)).not.toContain(node);
  });

  it.each([1, 0])('scale-down: %i are left', async (replicas) => {
    const { recovered, after, ready } = await trial({ type: 'scale-down', replicas });
    expect(recovered).toBe(true);
    expect(after).toHaveLength(replicas);
    for (const { metadata } of after) expect(uids(ready)).toContain(metadata?.uid);
  });

  it('scale-down: is not over while the controllers have yet to begin', async () => {
    const spec = plannedDisruptionSchema.parse({ type: 'scale-down', replicas: 1 });
    const deployed = await deploy(spec);
    const unseen = { nowNs: () => 0, record: () => undefined, signal };
    await controllers('STOP');
    try {
      const disrupted = await disrupt(spec, disruptionContext(kubeConfig, deployed, unseen, { cluster }));
      const { workload } = deployed;
      expect(await waitRecovered(kubeConfig, workload, disrupted, 1500, signal)).toBe(false);
      await controllers('CONT');
      expect(await waitRecovered(kubeConfig, workload, disrupted, 60_000, signal)).toBe(true);
    } finally {
      await controllers('CONT');
      await removeWorkload(kubeConfig, deployed.owned, deployed.trial, { signal });
    }
  });

  it('are removed only when the controllers are done with them, however late that is', async () => {
    const { workload, owned, trial } = await deploy(plannedDisruptionSchema.parse({ type: 'none' }));
    const apps = apiClient(kubeConfig, AppsV1Api, signal);
    const labelled = { namespace: NAMESPACE, labelSelector: workload.selector };
    await controllers('STOP');
    const again = setTimeout(() => void controllers('CONT'), 4000);
    try {
      await removeWorkload(kubeConfig, owned, trial, { signal });
      const left = await Promise.all([
        apps.listNamespacedDeployment(labelled),
        apps.listNamespacedReplicaSet(labelled),
        core.listNamespacedPod(labelled),
      ]);
      expect(left.flatMap(({ items }) => items.map(({ metadata }) => metadata?.name))).toEqual([]);
    } finally {
      clearTimeout(again);
      await controllers('CONT');
    }
  });

  it.each(['background', 'foreground'])(
    'delete-owner: all go by %s garbage collection',
    async (propagation) => {
      const { recovered, after, actions } = await trial({ type: 'delete-owner', propagation });
      expect(recovered).toBe(true);
      expect(after).toEqual([]);
      expect(actions).toEqual(['Deployment requested', 'Deployment accepted']);
    },
  );

  it('churn: as many Pods beside it start and stop, and nothing happens to the app', async () => {
    const { ready, recovered, after, victims, actions, notes } = await trial({ type: 'churn' });
    expect([recovered, victims]).toEqual([true, []]);
    expect(after.map(({ metadata }) => metadata?.uid).toSorted()).toEqual(uids(ready).toSorted());
    expect(actions).toEqual(['Neighbour requested', 'Neighbour accepted']);
    expect(notes).toEqual(['Deployment intended', 'Deployment created', 'Deployment removed']);
    const events = await core.listNamespacedEvent({ namespace: NAMESPACE, fieldSelector: 'reason=Started' });
    const started = events.items.map(({ involvedObject }) => involvedObject.name ?? '');
    expect(new Set(started.filter((name) => name.startsWith('churn-'))).size).toBe(3);
    const left = await core.listNamespacedPod({
      namespace: NAMESPACE,
      labelSelector: 'drainbench.dev/role=churn',
    });
    expect(left.items).toEqual([]);
  });

  it('preempt: the scheduler makes room for a Pod of higher priority', async () => {
    const { recovered, after, victims, actions, notes, made } = await trial({ type: 'preempt' });
    expect(recovered).toBe(true);
    expect(actions).toEqual(['Preemptor requested', 'Preemptor accepted']);
    expect(notes).toEqual(['Pod intended', 'Pod created', 'Pod removed']);
    const [{ uid, object } = { uid: '', object: undefined }] = made;
    expect(uid).toBe(object?.metadata?.uid);
    expect(object?.metadata).toMatchObject({
      labels: { 'drainbench.dev/run': 'e2e', 'app.kubernetes.io/managed-by': 'drainbench' },
      annotations: { 'drainbench.dev/expires': expect.stringMatching(/^20.*Z$/) as string },
    });
    expect(after).toHaveLength(3);
    for (const { metadata } of after) expect(uids(victims)).not.toContain(metadata?.uid);
  });

  it.each([
    ['the app’s own container, though it is not the first of its Pod', undefined, 'app'],
    ['the container that is named', 'helper', 'helper'],
  ])('kill-container: the Pod stays, %s is started anew, and no other', async (_what, container, meant) => {
    const { recovered, after, ready, victims } = await trial(
      { type: 'kill-container', container },
      WITH_HELPER,
    );
    expect(recovered).toBe(true);
    expect(after.map(({ metadata }) => metadata?.uid).toSorted()).toEqual(uids(ready).toSorted());
    expect(victims.map((victim) => victim.container)).toEqual([meant]);
    for (const { metadata, status } of after) {
      for (const { name, restartCount, lastState } of status?.containerStatuses ?? []) {
        const killed = uids(victims).includes(metadata?.uid) && name === meant;
        expect(restartCount, name).toBe(killed ? 1 : 0);
        if (killed) expect(lastState?.terminated?.exitCode).toBe(137);
      }
    }
  });

  it('is not begun while a Pod is not Ready, and says what that Pod says', async () => {
    const slow = { initialDelaySeconds: 600, tcpSocket: { port: 9 } };
    const spec = plannedDisruptionSchema.parse({ type: 'delete' });
    const deployed = await deploy(spec, (app) => [{ ...app, startupProbe: slow }], false);
    try {
      const unseen = { nowNs: () => 0, record: () => undefined, signal };
      await eventually(async () => {
        const { items } = await core.listNamespacedPod({
          namespace: NAMESPACE,
          labelSelector: deployed.workload.selector,
        });
        expect(items.filter(({ status }) => status?.phase === 'Running')).toHaveLength(3);
      });
      const begun = disrupt(spec, disruptionContext(kubeConfig, deployed, unseen, { cluster }));
      await expect(begun).rejects.toMatchObject({
        code: 'pods-not-ready',
        message: 'the disruption was not begun, as only 0 of 3 Pods were Ready',
        found: expect.stringMatching(
          /Pod t\S+: ContainersNotReady: containers with unready status: \[app\]/,
        ) as string,
      });
    } finally {
      await removeWorkload(kubeConfig, deployed.owned, deployed.trial, { signal });
    }
  });

  it.each([
    ['restart-kubelet', 'kubelet'],
    ['restart-runtime', 'containerd'],
  ])('%s: another process takes the Pod to its end', async (type, component) => {
    const before = (await requireBox(BOX)).components;
    const { recovered, after, victims, actions } = await trial({ type, afterMs: 100 });
    expect(recovered).toBe(true);
    expect(actions).toEqual(['Pod requested', 'Pod accepted', 'Node requested', 'Node accepted']);
    expect(after).toHaveLength(3);
    const [victim] = victims;
    const now = (await requireBox(BOX)).components;
    const changed = Object.keys(now).filter((name) => now[name]?.pid !== before[name]?.pid);
    expect(changed).toEqual([`${component}-${victim?.node ?? ''}`]);
    const status = await drainbench(['cluster', 'status', '--name', BOX]);
    expect(status.exitCode, status.all).toBe(0);
  });

  it('restart-kubelet that is called off half-way leaves no node without its kubelet', async () => {
    const name = `kubelet-${cluster.nodes[0]?.name ?? ''}`;
    const before = (await requireBox(BOX)).components[name];
    const calledOff = new AbortController();
    const restarting = cluster.control?.restart('kubelet', cluster.nodes[0]?.name ?? '', calledOff.signal);
    await eventually(() => {
      if (before !== undefined) expect(childrenOf(before.pid)).toEqual([]);
      calledOff.abort();
    });
    await restarting;
    expect((await requireBox(BOX)).components[name]?.pid).not.toBe(before?.pid);
    await eventually(async () => {
      const status = await drainbench(['cluster', 'status', '--name', BOX]);
      expect(status.exitCode, status.all).toBe(0);
    });
  });

  it('has a test here for every kind that is not a plain deletion', () => {
    expect(Object.keys(DISRUPTION_KINDS).toSorted()).toEqual(
      [
        ...['none', 'delete', 'delete-many', 'force-delete', 'rollout-restart'], // in bench.test.ts and the fault tests
        ...['evict', 'drain', 'taint', 'scale-down', 'delete-owner', 'preempt', 'churn'],
        ...['kill-container', 'restart-kubelet', 'restart-runtime'],
      ].toSorted(),
    );
  });
});

describe('a node that a dead run has changed', () => {
  it('is put right by the next run, whatever else was done to it stays', async () => {
    const spec = plannedDisruptionSchema.parse({ type: 'drain' });
    const deployed = await deploy(spec);
    const before = await nodeStates();
    const context = disruptionContext(
      kubeConfig,
      deployed,
      { nowNs: () => 0, record: () => undefined, signal },
      { cluster },
    );
    const owner = { ...leaseOwner().identity, startTicks: 'never' };
    const dead = { ...context, run: { ...context.run, owner } };
    const { victims } = await disrupt(spec, dead);
    expect(await nodeStates()).not.toEqual(before);
    await sweepDeadRuns(kubeConfig, signal);
    expect(await nodeStates()).toEqual(before);
    expect(victims.length).toBeGreaterThan(0);
    await removeWorkload(kubeConfig, deployed.owned, deployed.trial, { signal });
  });
});

describe('the API server of a box', () => {
  it('can be restarted under what watches it', async () => {
    const { pid } = (await requireBox(BOX)).components['kube-apiserver'] ?? {};
    await restartComponent(BOX, 'kube-apiserver', '', signal);
    expect((await requireBox(BOX)).components['kube-apiserver']?.pid).not.toBe(pid);
    const { recovered } = await trial({ type: 'delete' });
    expect(recovered).toBe(true);
  });
});
