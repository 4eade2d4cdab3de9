import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppsV1Api, CoreV1Api, type KubeConfig, type V1ConfigMap } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { requireBox } from '../../src/cluster/embedded/box-store.ts';
import { embeddedCluster } from '../../src/cluster/embedded/embedded-cluster.ts';
import { boxPaths } from '../../src/cluster/embedded/box-paths.ts';
import { apiClient } from '../../src/cluster/kube/api-client.ts';
import type { Plain } from '../../src/cluster/kube/plain.ts';
import { guardWrites } from '../../src/cluster/kube/write-guard.ts';
import { loadKubeConfig } from '../../src/cluster/kube/load-kube-config.ts';
import { changeNode } from '../../src/disrupt/change-node.ts';
import { disrupt } from '../../src/disrupt/disrupt.ts';
import type { NewHistoryEvent, ObjectEvent } from '../../src/model/history-event.ts';
import { watchApi } from '../../src/observe/api-watch.ts';
import { followAppLogs } from '../../src/observe/app-log.ts';
import { readBootId } from '../../src/run/host-facts.ts';
import { leftover } from '../../src/run/clean/find-leftovers.ts';
import { judgeRemovable } from '../../src/run/clean/judge-removable.ts';
import { waitRecovered } from '../../src/trial/wait-recovered.ts';
import { applyWorkload, type OwnedObject } from '../../src/workload/apply-workload.ts';
import { buildNamespace } from '../../src/workload/build-namespace.ts';
import type { Deployment, Namespace, Pod } from '../../src/workload/kube-object.ts';
import { leaseOwner } from '../../src/workload/lease-holder.ts';
import { acquireNamespaceLease } from '../../src/workload/namespace-lease.ts';
import { expiryFromNow } from '../../src/workload/ownership.ts';
import { removeWorkload } from '../../src/workload/remove-workload.ts';
import { waitUntilReady } from '../../src/workload/wait-until-ready.ts';
import { disruptionContext } from '../e2e/support/disruption-context.ts';
import { drainbench } from '../e2e/support/drainbench.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { FaultProxy, type ProxiedRequest } from '../e2e/support/fault-proxy.ts';
import { sampleImage } from '../e2e/support/sample-image.ts';
import { trialWorkload } from '../e2e/support/trial-workload.ts';

const BOX = 'e2e-faults';
const NS_PER_MS = 1e6;
const folder = mkdtempSync(join(tmpdir(), 'drainbench-faults-'));
const { signal } = new AbortController();

let direct: KubeConfig;
let core: CoreV1Api;
let proxy: FaultProxy;
let proxied: KubeConfig;
let namespace = '';
let tests = 0;

beforeAll(async () => {
  const up = await drainbench(['cluster', 'up', '--name', BOX, '--nodes', '1']);
  expect(up.exitCode, up.all).toBe(0);
  const loaded = await drainbench(['cluster', 'load-image', await sampleImage(), '--name', BOX]);
  expect(loaded.exitCode, loaded.all).toBe(0);
  direct = loadKubeConfig(boxPaths(BOX).kubeconfig);
  core = apiClient(direct, CoreV1Api, signal);
});

afterAll(async () => {
  await drainbench(['cluster', 'down', '--name', BOX]);
  rmSync(folder, { recursive: true });
});

/** A proxy and a namespace for each test: what one breaks is not the next one's trouble. */
async function begin(): Promise<void> {
  tests += 1;
  proxy = await FaultProxy.start(boxPaths(BOX).kubeconfig, join(folder, `kubeconfig-${tests}`));
  proxied = loadKubeConfig(proxy.kubeconfigPath);
  namespace = `faults-${tests}`;
  const body: Namespace = { metadata: { name: namespace } };
  await core.createNamespace({ body });
}

afterEach(async () => {
  await proxy.close();
  await core.deleteNamespace({ name: namespace });
});

const scope = () => ({
  ...{ namespace, labelSelector: 'drainbench.dev/run=e2e' },
  ...{ names: null, shared: false, nodes: true },
});
const isWatch = ({ path }: ProxiedRequest) => path.includes('watch=true');
const isReadOf = (resource: string) => (request: ProxiedRequest) => request.path.includes(`/${resource}?`);
const isWatchOf = (resource: string) => (request: ProxiedRequest) =>
  isReadOf(resource)(request) && isWatch(request);
const isListOf = (resource: string) => (request: ProxiedRequest) =>
  isReadOf(resource)(request) && !isWatch(request) && request.method === 'GET';

/** Collects what an observer records, on a clock that begins now. */
function recorder() {
  const events: NewHistoryEvent[] = [];
  const startedAt = process.hrtime.bigint();
  return {
    events,
    context: {
      nowNs: () => Number(process.hrtime.bigint() - startedAt),
      record: (event: NewHistoryEvent) => void events.push(event),
      signal,
    },
    gaps: (observer?: string) =>
      events
        .filter((event) => event.type === 'observation-gap')
        .filter((gap) => observer === undefined || gap.observer === observer),
    /** What was seen happening to an object, in order. */
    changes: (name: string) =>
      events.flatMap((event) => (event.type === 'object' && event.name === name ? [event.change] : [])),
    stages: () => events.flatMap((event) => (event.type === 'action' ? [event.stage] : [])),
  };
}

/** A Pod that no node will ever run: it comes and goes at once. */
async function pendingPod(name: string): Promise<void> {
  const body: Pod = {
    metadata: { name, labels: { 'drainbench.dev/run': 'e2e' } },
    spec: { nodeSelector: { none: 'such' }, containers: [{ name: 'none', image: 'none' }] },
  };
  await core.createNamespacedPod({ namespace, body });
}

const removePod = (name: string) => core.deleteNamespacedPod({ namespace, name });

describe('the watch', () => {
  const watch = async ({ context }: ReturnType<typeof recorder>) => {
    const observer = await watchApi(proxied, scope(), context, () => undefined);
    await eventually(() => {
      expect(proxy.openStreams(isWatch)).toBe(4);
    });
    return observer;
  };

  it('makes a gap of the time for which every connection was cut, and then shows what happened meanwhile', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    await proxy.cut();
    await pendingPod('meanwhile');
    await sleep(2000);
    const restoredNs = seen.context.nowNs();
    await proxy.restore();
    await eventually(() => {
      expect(seen.changes('meanwhile')).toContain('ADDED');
    });
    await observer.stop();
    for (const name of ['pods', 'endpointslices', 'events', 'nodes']) {
      const [gap, ...more] = seen.gaps(name);
      expect(more, name).toEqual([]);
      expect(gap?.fromNs, name).toBeLessThan(restoredNs);
      expect(gap?.toNs, name).toBeGreaterThan(restoredNs);
    }
    const late = seen.events.find((event) => event.type === 'object' && event.name === 'meanwhile');
    expect((late?.atNs ?? 0) - (late?.uncertaintyNs ?? 0)).toBe(seen.gaps('pods')[0]?.fromNs);
  });

  it('makes a gap of an API server that is still away when it ends', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    await proxy.cut();
    await sleep(500);
    await observer.stop();
    expect(seen.gaps()).toHaveLength(4);
  });

  it('makes a gap of changes that are lost for good, however quickly it is back: 410 as a status', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    await pendingPod('came-and-went');
    await eventually(() => {
      expect(seen.changes('came-and-went')).toContain('ADDED');
    });
    proxy.inject(isWatchOf('pods'), { kind: 'answer', status: 410 }, 1);
    const removed = removePod('came-and-went');
    proxy.breakStreams(isWatchOf('pods'), 'reset');
    await removed;
    await eventually(() => {
      expect(seen.gaps('pods')).toHaveLength(1);
    });
    await observer.stop();
    expect(seen.gaps('pods')[0]?.reason).not.toBe('');
  });

  it('makes a gap of changes that are lost for good: 410 as an event in the stream', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    expect(proxy.breakStreams(isWatchOf('pods'), 'expire')).toBe(1);
    await eventually(() => {
      expect(seen.gaps('pods')).toHaveLength(1);
    });
    await pendingPod('after');
    await eventually(() => {
      expect(seen.changes('after')).toContain('ADDED');
    });
    await observer.stop();
    expect(seen.gaps('pods')[0]?.reason).toContain('too old resource version');
    expect(seen.gaps('endpointslices')).toEqual([]);
  });

  it.each(['ADDED', 'DELETED'])(
    'finds out that a watch is open but silent, where it does not show that something was %s',
    async (change) => {
      await begin();
      const seen = recorder();
      if (change === 'DELETED') await pendingPod('unseen');
      const observer = await watch(seen);
      const stalledNs = seen.context.nowNs();
      proxy.breakStreams(isWatchOf('pods'), 'stall');
      await (change === 'ADDED' ? pendingPod('unseen') : removePod('unseen'));
      await eventually(() => {
        expect(seen.changes('unseen')).toContain(change);
      });
      await observer.stop();
      const [gap, ...more] = seen.gaps('pods');
      expect(more).toEqual([]);
      expect(gap?.reason).toContain('open but silent');
      expect(gap?.fromNs).toBeLessThan(stalledNs + 1100 * NS_PER_MS);
    },
  );

  it('finds out that a watch has stalled when it ends right after', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    proxy.stallStreams(isWatchOf('pods'));
    await pendingPod('unseen');
    await observer.stop();
    expect(seen.changes('unseen')).toEqual([]);
    expect(seen.gaps('pods')).toHaveLength(1);
    expect(seen.gaps('endpointslices')).toEqual([]);
  });

  it('has no gap where a watch is quiet because nothing happens', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    proxy.stallStreams(isWatchOf('pods'));
    await sleep(2500);
    await observer.stop();
    expect(seen.gaps('pods')).toEqual([]);
  });

  it('is held against lists of metadata alone, less than once a second where the API server is others’, too', async () => {
    await begin();
    const seen = recorder();
    await pendingPod('there');
    const observer = await watchApi(proxied, { ...scope(), shared: true }, seen.context, () => undefined);
    const namespaced = (request: ProxiedRequest) => request.path.includes(`/namespaces/${namespace}/`) && !isWatch(request); // prettier-ignore
    const [before, fromNs] = [proxy.seen.filter(namespaced).length, seen.context.nowNs()];
    await sleep(20_000);
    const asked = proxy.seen.slice().filter(namespaced).slice(before);
    const perSecond = asked.length / ((seen.context.nowNs() - fromNs) / 1e9);
    expect(perSecond).toBeGreaterThan(0.3);
    expect(perSecond).toBeLessThan(1);
    for (const { accept } of asked) expect(accept).toContain('as=PartialObjectMetadataList');
    // Held against these all the same.
    proxy.breakStreams(isWatchOf('pods'), 'stall');
    await removePod('there');
    await eventually(() => {
      expect(seen.changes('there')).toContain('DELETED');
    });
    await observer.stop();
    expect(seen.gaps('pods')).toHaveLength(1);
  });

  it('does not take a watch for whole that nothing could be held against', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    proxy.inject(isListOf('pods'), { kind: 'answer', status: 503 });
    await sleep(4000);
    await observer.stop();
    expect(seen.gaps('pods')[0]?.reason).toContain('no list could be had');
    expect(seen.gaps('endpointslices')).toEqual([]);
  });

  it('loses nothing and doubles nothing when the stream is cut in the middle of a line', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    proxy.breakStreams(isWatchOf('pods'), 'truncate');
    await pendingPod('halved');
    await eventually(() => {
      expect(seen.changes('halved')).toContain('ADDED');
    });
    await removePod('halved');
    await eventually(() => {
      expect(seen.changes('halved')).toContain('DELETED');
    });
    await observer.stop();
    expect(seen.changes('halved').filter((change) => change !== 'MODIFIED')).toEqual(['ADDED', 'DELETED']);
  });

  it('stays away for as long as Retry-After says, and is not a hammer where it says nothing', async () => {
    await begin();
    const seen = recorder();
    const observer = await watch(seen);
    const asked = () => proxy.seen.filter(isWatchOf('pods')).length;
    const end = proxy.inject(isWatchOf('pods'), { kind: 'answer', status: 429, retryAfterSeconds: 2 });
    proxy.breakStreams(isWatchOf('pods'), 'reset');
    await sleep(1500);
    expect(asked()).toBe(2);
    end();
    await eventually(() => {
      expect(seen.gaps('pods')).toHaveLength(1);
    });
    const before = asked();
    proxy.inject(isWatchOf('pods'), { kind: 'answer', status: 500 });
    proxy.breakStreams(isWatchOf('pods'), 'reset');
    await sleep(2000);
    expect(asked() - before).toBeLessThan(10);
    await observer.stop();
    expect(seen.gaps('pods')).toHaveLength(2);
  });

  it('does not hang on an expired credential: it is blind from the beginning, and says so', async () => {
    await begin();
    const seen = recorder();
    proxy.inject(() => true, { kind: 'answer', status: 401 });
    const observer = await watchApi(proxied, scope(), seen.context, () => undefined);
    await observer.stop();
    expect(seen.gaps()).toHaveLength(4);
    expect(seen.gaps('pods')[0]?.reason).toContain('401');
  });

  it('is patient with slow answers', async () => {
    await begin();
    const seen = recorder();
    proxy.inject(() => true, { kind: 'delay', ms: 400 });
    const observer = await watch(seen);
    await pendingPod('slow');
    await eventually(() => {
      expect(seen.changes('slow')).toContain('ADDED');
    });
    await observer.stop();
    expect(seen.gaps()).toEqual([]);
  });
});

describe('the workload, its log and its end', () => {
  const isDeployments = ({ path }: ProxiedRequest) => path.includes('/deployments');
  const post = (matches: (request: ProxiedRequest) => boolean) => (request: ProxiedRequest) =>
    request.method === 'POST' && matches(request);
  const remove = ({ method }: ProxiedRequest) => method === 'DELETE';

  const deploy = async (replicas: number) => {
    const made = trialWorkload(namespace, '001-a', replicas);
    const owned: OwnedObject[] = [];
    await applyWorkload(proxied, made.workload.objects, {
      signal,
      onCreated: (entry) => void owned.push(entry),
    });
    return { ...made, owned };
  };
  const left = async () => {
    const apps = apiClient(direct, AppsV1Api, signal);
    const lists = await Promise.all([
      core.listNamespacedPod({ namespace }),
      core.listNamespacedService({ namespace }),
      apps.listNamespacedDeployment({ namespace }),
      apps.listNamespacedReplicaSet({ namespace }),
    ]);
    return lists.flatMap(({ items }) => items.map(({ metadata }) => metadata?.name));
  };

  it('is created once, and known as ours, where the answer to its creation was lost', async () => {
    await begin();
    proxy.inject(post(isDeployments), { kind: 'lose-answer' }, 1);
    const { owned, workload, trial } = await deploy(1);
    expect(proxy.seen.filter(post(isDeployments))).toHaveLength(2);
    const apps = apiClient(direct, AppsV1Api, signal);
    const { metadata } = await apps.readNamespacedDeployment({ namespace, name: workload.target.name });
    expect(owned.find(({ kind }) => kind === 'Deployment')?.uid).toBe(metadata?.uid);
    await removeWorkload(proxied, owned, trial, { signal });
    expect(await left()).toEqual([]);
  });

  it("does not take another's object for its own, whatever was lost before", async () => {
    await begin();
    const { workload } = trialWorkload(namespace, '001-a', 1);
    const { name } = workload.target;
    const body: Deployment = {
      metadata: { name },
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: 'b' } },
        template: {
          metadata: { labels: { a: 'b' } },
          spec: { containers: [{ name: 'none', image: 'none' }] },
        },
      },
    };
    await apiClient(direct, AppsV1Api, signal).createNamespacedDeployment({ namespace, body });
    proxy.inject(post(isDeployments), { kind: 'lose-request' }, 1);
    await expect(deploy(1)).rejects.toMatchObject({ code: 'object-exists' });
    expect(await left()).toContain(name);
  });

  it('comes up and goes through an API server that refuses, breaks off and is away', async () => {
    await begin();
    proxy.inject(({ method }) => method === 'POST', { kind: 'answer', status: 429, retryAfterSeconds: 1 }, 2);
    const endless = proxy.inject(({ method, path }) => method === 'GET' && path.includes('/endpointslices'), {
      kind: 'answer',
      status: 503,
    });
    const { owned, workload, trial } = await deploy(1);
    const ready = waitUntilReady(proxied, workload, { settleMs: 0, timeoutMs: 30_000, signal });
    await sleep(1000);
    endless();
    await expect(ready).resolves.toHaveLength(1);
    proxy.inject(remove, { kind: 'lose-answer' }, 2);
    const removed = removeWorkload(proxied, owned, trial, { signal });
    await proxy.cut();
    await sleep(2000);
    await proxy.restore();
    await removed;
    expect(await left()).toEqual([]);
  });

  it('is not said to be removed while the API server stays away', async () => {
    await begin();
    const { owned, trial } = await deploy(1);
    await proxy.cut();
    await expect(removeWorkload(proxied, owned, trial, { signal, timeoutMs: 1500 })).rejects.toMatchObject({
      code: 'remove-failed',
    });
    await proxy.restore();
    await removeWorkload(proxied, owned, trial, { signal });
    expect(await left()).toEqual([]);
  });

  /** A Pod that is Ready, and whose log is kept through the API server in trouble; `end` removes it and all that looks. */
  async function deployFollowed(podLogsPath?: (node: string) => string) {
    await begin();
    const seen = recorder();
    const logsPath = mkdtempSync(join(folder, 'logs-'));
    const clock = {
      runStartNs: 0n,
      runStartWallMs: Date.now(),
      bootId: await readBootId(),
      podBootIds: new Map<string, string>(),
    };
    const { owned, workload, trial } = await deploy(1);
    const options = { kubeConfig: proxied, namespace, logsPath, clock, podLogsPath };
    const logs = followAppLogs(options, seen.context);
    const observer = await watchApi(proxied, scope(), seen.context, (change, seenPod) => {
      logs.podSeen(change, seenPod);
    });
    const [pod] = await waitUntilReady(proxied, workload, { settleMs: 0, timeoutMs: 30_000, signal });
    const end = async () => {
      await removeWorkload(proxied, owned, trial, { signal });
      await observer.stop();
      await logs.stop();
    };
    return { seen, logsPath, pod, end };
  }

  it('is read to its end although the streams of its log break, each line once; what cannot be is a gap', async () => {
    const { seen, logsPath, pod, end } = await deployFollowed();
    const isLog = ({ path }: ProxiedRequest) => path.includes('/log?follow=true');
    const stamps = () => seen.events.flatMap((event) => (event.type === 'app-stamp' ? [event.stamp] : []));
    await eventually(() => {
      expect(stamps()).toContain('ready');
    });
    expect(proxy.breakStreams(isLog, 'reset')).toBe(1);
    await eventually(() => {
      expect(proxy.seen.filter(isLog)).toHaveLength(2);
    });
    await end();
    expect(seen.gaps()).toEqual([]);
    const [file = ''] = readdirSync(logsPath);
    expect(file).toContain(pod?.name);
    const lines = readFileSync(join(logsPath, file), 'utf8').trimEnd().split('\n');
    expect(new Set(lines).size).toBe(lines.length);
    for (const stamp of ['started', 'listening', 'signal', 'exiting'])
      expect(
        stamps().filter((each) => each === stamp),
        stamp,
      ).toHaveLength(1);
  });

  it('is read on its node: every line that the API gives, and those after a force deletion', async () => {
    const { podLogsPath } = embeddedCluster(await requireBox(BOX)).sources;
    const { seen, logsPath, pod, end } = await deployFollowed(podLogsPath);
    const [name, uid] = [pod?.name ?? '', pod?.uid ?? ''];
    const fileOf = (prefix: string) => {
      const file = readdirSync(logsPath).find((each) => each.startsWith(prefix)) ?? '';
      return readFileSync(join(logsPath, file), 'utf8');
    };
    const { status } = await core.readNamespacedPod({ namespace, name });
    for (let id = 0; id < 300; id++) {
      const headers = { 'x-request-id': `wanted-${id}` };
      expect((await fetch(`http://${status?.podIP ?? ''}:8080/`, { headers })).status).toBe(200);
    }
    const fromApi = () => core.readNamespacedPodLog({ namespace, name });
    await eventually(async () => {
      expect(await fromApi()).toContain('"wanted-299"');
    });
    const given = await fromApi();
    await eventually(() => {
      expect(fileOf(name).startsWith(given)).toBe(true);
    });
    const stages = () => seen.events.flatMap((event) => (event.type === 'container-log' && event.podUid === uid ? [event.stage] : [])); // prettier-ignore
    await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    await eventually(() => {
      expect(stages().toSorted()).toEqual(['ended', 'refused']);
    });
    // Written when nobody could ask the API for it any more.
    expect(fileOf(name)).toContain('"stamp":"exiting"');
    await end();
    const others = readdirSync(logsPath).filter((file) => !file.startsWith(name));
    expect(others).toHaveLength(1);
    // The replacement is given a second to end, and may be killed on a busy machine: its exit code tells.
    const exitCodes = seen.events.flatMap((event) => event.type === 'object' && event.kind === 'Pod' && event.name !== name ? exitCodesOf(event) : []); // prettier-ignore
    expect(exitCodes).not.toEqual([]);
    expect(fileOf(others[0] ?? '').includes('"stamp":"exiting"')).toBe(exitCodes.at(-1) === 0);
    expect(seen.events.filter(({ type }) => type === 'note' || type === 'observation-gap')).toEqual([]);
    expect(proxy.seen.filter(({ path }) => path.includes('/log?follow=true'))).toEqual([]);
  });

  it('has a gap in its log where the stream fell silent before its container ended', async () => {
    const { seen, pod, end } = await deployFollowed();
    proxy.stallStreams(({ path }) => path.includes('/log?follow=true'));
    await end();
    expect(seen.gaps()).toMatchObject([{ source: 'app-log', observer: `log of ${pod?.name ?? ''}` }]);
  });
});

describe('a disruption', () => {
  const isDelete = ({ method }: ProxiedRequest) => method === 'DELETE';

  async function deployed() {
    await begin();
    const { workload, trial } = trialWorkload(namespace, '001-a', 1);
    const { owned } = await applyWorkload(direct, workload.objects, { signal });
    const [pod] = await waitUntilReady(direct, workload, { settleMs: 0, timeoutMs: 30_000, signal });
    if (pod === undefined) throw new Error('one replica is Ready');
    const seen = recorder();
    const made: OwnedObject[] = [];
    const removed: string[] = [];
    const objects = {
      intended: () => Promise.resolve(),
      created: (object: OwnedObject) => Promise.resolve(void made.push(object)),
      removed: ({ name }: { name: string }) => Promise.resolve(void removed.push(name)),
    };
    const run = (type: 'delete' | 'rollout-restart' | 'preempt') =>
      disrupt({ type }, disruptionContext(proxied, { trial, workload }, seen.context, { objects }));
    return { owned, trial, workload, pod, seen, run, made, removed };
  }

  const isThere = async (uid: string) => {
    const { items } = await core.listNamespacedPod({ namespace });
    const pod = items.find(({ metadata }) => metadata?.uid === uid);
    return pod !== undefined && pod.metadata?.deletionTimestamp === undefined;
  };

  it('whose answer was lost is found out to have happened, and recorded so', async () => {
    const { pod, seen, run, workload } = await deployed();
    proxy.inject(isDelete, { kind: 'lose-answer' }, 1);
    await expect(run('delete')).resolves.toMatchObject({ victims: [{ uid: pod.uid }] });
    expect(seen.stages()).toEqual(['requested', 'unanswered', 'accepted']);
    expect(await isThere(pod.uid)).toBe(false);
    expect(proxy.seen.filter(isDelete)).toHaveLength(1);
    expect(await waitRecovered(proxied, workload, { victims: [] }, 30_000, signal)).toBe(true);
  });

  it('that was lost on its way is found out not to have happened, and asked for again', async () => {
    const { pod, seen, run } = await deployed();
    proxy.inject(isDelete, { kind: 'lose-request' }, 1);
    await run('delete');
    expect(seen.stages()).toEqual(['requested', 'unanswered', 'requested', 'accepted']);
    expect(await isThere(pod.uid)).toBe(false);
  });

  it('waits for as long as Retry-After says', async () => {
    const { pod, seen, run } = await deployed();
    proxy.inject(isDelete, { kind: 'answer', status: 429, retryAfterSeconds: 1 }, 1);
    await run('delete');
    expect(seen.stages()).toEqual(['requested', 'refused', 'requested', 'accepted']);
    const [first, , second] = seen.events;
    expect((second?.atNs ?? 0) - (first?.atNs ?? 0)).toBeGreaterThan(990 * NS_PER_MS);
    expect(await isThere(pod.uid)).toBe(false);
  });

  it('that is refused leaves the Pod alone, and is an error that names why', async () => {
    const { pod, seen, run } = await deployed();
    const end = proxy.inject(isDelete, { kind: 'answer', status: 429 });
    await expect(run('delete')).rejects.toMatchObject({ code: 'disruption-refused' });
    expect(seen.stages()).toEqual(['requested', 'refused']);
    end();
    proxy.inject(isDelete, { kind: 'answer', status: 401 });
    await expect(run('delete')).rejects.toMatchObject({ code: 'disruption-forbidden' });
    expect(await isThere(pod.uid)).toBe(true);
  });

  it('of which nobody can tell what became of it is an error, and recorded as unanswered', async () => {
    const { seen, run } = await deployed();
    proxy.inject(isDelete, { kind: 'lose-answer' });
    proxy.inject(({ path }) => /\/pods\/[^/?]+$/.test(path), { kind: 'answer', status: 403 });
    await expect(run('delete')).rejects.toMatchObject({ code: 'disruption-refused' });
    expect(seen.stages()).toEqual(['requested', 'unanswered']);
  });

  it('whose own Pod cannot be taken back is an error that names it, and it goes with the trial', async () => {
    const { trial, owned, run, made, removed } = await deployed();
    const isPreemptors = ({ path }: ProxiedRequest) => path.includes('/pods/preemptor-');
    const end = proxy.inject((request) => isDelete(request) && isPreemptors(request), {
      kind: 'answer',
      status: 422,
    });
    await expect(run('preempt')).rejects.toMatchObject({
      code: 'disruption-refused',
      message: expect.stringContaining('preemptor-001-a') as string,
    });
    end();
    expect(made).toMatchObject([{ kind: 'Pod', name: 'preemptor-001-a' }]);
    expect(removed).toEqual([]);
    expect(await isThere(made[0]?.uid ?? '')).toBe(true);
    await removeWorkload(proxied, [...owned, ...made], trial, { signal });
    expect(await isThere(made[0]?.uid ?? '')).toBe(false);
  });

  it('takes back the Pod that it made, and no namesake', async () => {
    const { pod, run, removed } = await deployed();
    const isPreemptors = ({ path, method }: ProxiedRequest) =>
      method === 'DELETE' && path.includes('/pods/preemptor-');
    // Held up until somebody has put another in its place.
    proxy.inject(isPreemptors, { kind: 'delay', ms: 2000 }, 1);
    const running = run('preempt');
    const name = 'preemptor-001-a';
    await eventually(async () => {
      expect(await isThere(pod.uid)).toBe(false);
      await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    });
    const namesake: Pod = {
      metadata: { name },
      spec: { nodeSelector: { none: 'such' }, containers: [{ name: 'none', image: 'none' }] },
    };
    const { metadata } = await eventually(() => core.createNamespacedPod({ namespace, body: namesake }));
    await running;
    expect(await isThere(metadata?.uid ?? '')).toBe(true);
    expect(removed).toEqual([name]);
  });

  it('by rollout whose answer was lost is known by its annotation', async () => {
    const { seen, run, workload } = await deployed();
    proxy.inject(({ method }) => method === 'PATCH', { kind: 'lose-answer' }, 1);
    await run('rollout-restart');
    expect(seen.stages()).toEqual(['requested', 'unanswered', 'accepted']);
    proxy.inject(({ method }) => method === 'GET', { kind: 'answer', status: 503 }, 20);
    expect(await waitRecovered(proxied, workload, { victims: [] }, 30_000, signal)).toBe(true);
  });
});

describe('a disruption that is called off while a request of it is on its way', () => {
  const objects = (made: OwnedObject[]) => ({
    intended: () => Promise.resolve(),
    created: (object: OwnedObject) => Promise.resolve(void made.push(object)),
    removed: () => Promise.resolve(),
  });
  /** Does `deed`, and calls it off once the proxy holds the request, which it passes on all the same. */
  async function calledOff(
    isHeld: (request: ProxiedRequest) => boolean,
    deed: (until: AbortSignal) => Promise<unknown>,
  ): Promise<void> {
    const controller = new AbortController();
    proxy.inject(isHeld, { kind: 'delay', ms: 1500 }, 1);
    const doing = deed(controller.signal);
    await Promise.race([doing, eventually(() => expect(proxy.seen.filter(isHeld)).toHaveLength(1))]);
    controller.abort();
    await expect(doing).rejects.toMatchObject({ name: 'AbortError' });
  }

  it('closes no node after its trial was tidied away', async () => {
    await begin();
    const made = trialWorkload(namespace, '001-a', 1);
    const [node] = (await core.listNode()).items;
    const name = node?.metadata?.name ?? '';
    const undos: ((until: AbortSignal) => Promise<void>)[] = [];
    const isPatch = ({ method, path }: ProxiedRequest) => method === 'PATCH' && path.includes('/nodes/');
    await calledOff(isPatch, (until) => {
      const onNodeChange = (_name: string, undo: (typeof undos)[number]) =>
        Promise.resolve(void undos.push(undo));
      const context = { ...recorder().context, signal: until };
      return changeNode('drain', name, 'cordon', disruptionContext(proxied, made, context, { onNodeChange }));
    });
    for (const undo of undos) await undo(signal);
    expect(undos).toHaveLength(1);
    // The request that was held has come through by then, and was refused.
    await sleep(3000);
    const { spec, metadata } = await core.readNode({ name });
    expect(spec?.unschedulable ?? false).toBe(false);
    expect(metadata?.annotations ?? {}).not.toHaveProperty('drainbench.dev/node-change');
    expect(spec?.taints ?? []).toEqual(node?.spec?.taints ?? []);
  });

  it('leaves nothing that it made: what was created without an answer goes with the trial', async () => {
    await begin();
    const { workload, trial } = trialWorkload(namespace, '001-a', 1);
    const { owned } = await applyWorkload(direct, workload.objects, { signal });
    await waitUntilReady(direct, workload, { settleMs: 0, timeoutMs: 30_000, signal });
    const made: OwnedObject[] = [];
    const isCreation = ({ method, path }: ProxiedRequest) => method === 'POST' && path.includes('/pods');
    // It is there before it is called off, and nobody has heard so.
    proxy.inject(isCreation, { kind: 'lose-answer' }, 1);
    proxy.inject(({ path }) => path.includes('/pods/preemptor-'), { kind: 'delay', ms: 3000 }, 1);
    const controller = new AbortController();
    const context = disruptionContext(
      proxied,
      { trial, workload },
      { ...recorder().context, signal: controller.signal },
      { objects: objects(made) },
    );
    const running = disrupt({ type: 'preempt' }, context);
    await eventually(() => expect(proxy.seen.filter(isCreation)).toHaveLength(1));
    controller.abort();
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(made).toMatchObject([{ kind: 'Pod', name: 'preemptor-001-a' }]);
    await removeWorkload(direct, [...owned, ...made], trial, { signal });
    expect((await core.listNamespacedPod({ namespace })).items).toEqual([]);
  });
});

describe('the Lease of a namespace', () => {
  const isLease = ({ path }: ProxiedRequest) => path.includes('/leases');
  const writes = () => proxy.seen.filter((request) => request.method !== 'GET' && !isLease(request));

  it('that cannot be renewed lets nothing be written, says so, and lets it again once it can', async () => {
    await begin();
    const options = { namespace, runId: 'e2e', owner: leaseOwner(), signal };
    const lease = await acquireNamespaceLease(loadKubeConfig(proxy.kubeconfigPath), {
      ...options,
      onStep: () => undefined,
    });
    guardWrites(proxied, lease.guard);
    const guarded = apiClient(proxied, CoreV1Api, signal);
    const body: Plain<V1ConfigMap> = { metadata: { name: 'one' } };
    await guarded.createNamespacedConfigMap({ namespace, body });
    expect(writes()).toHaveLength(1);
    // Whatever is sent now is answered, or given up, before another run may take over.
    expect(lease.guard.allowanceMs()).toBeLessThanOrEqual(13_000);
    const end = proxy.inject(isLease, { kind: 'answer', status: 503 });
    await eventually(() => {
      expect(lease.guard.allowanceMs()).toBe(0);
    });
    await expect(guarded.deleteNamespacedConfigMap({ namespace, name: 'one' })).rejects.toThrow(
      /Lease of namespace .* could not be renewed for 10 s, so nothing more was written/,
    );
    expect(writes()).toHaveLength(1);
    end();
    await guarded.deleteNamespacedConfigMap({ namespace, name: 'one' });
    expect(writes()).toHaveLength(2);
    await lease.release();
  });

  it('keeps what its run has made from whoever cleans up while it is renewed, however long ago it expired', async () => {
    await begin();
    // A run on another machine, whose process nobody here can see; it began long ago.
    const owner = { ...leaseOwner(), identity: { ...leaseOwner().identity, bootId: 'another' } };
    const runId = 'r1-elsewhere';
    const name = 'drainbench-r1abcd-9x8y';
    await core.createNamespace({ body: buildNamespace(name, runId, expiryFromNow(), owner.identity) });
    const onStep = () => undefined;
    const lease = await acquireNamespaceLease(direct, { namespace: name, runId, owner, signal, onStep });
    const request = { kind: 'expired' } as const;
    const found = JSON.parse(JSON.stringify(await core.readNamespace({ name }))) as Parameters<
      typeof leftover
    >[2];
    const overdue = [
      { ...leftover('v1', 'Namespace', found), expiresAt: new Date(0), createdAt: new Date(0) },
    ];
    const held = await judgeRemovable(direct, overdue, request, leaseOwner(), signal);
    expect(held.remove).toEqual([]);
    expect(held.leave.map(({ why }) => why)).toEqual([
      `the run may go on: its Lease in namespace ${name} is renewed`,
    ]);
    // Nobody renews it any more: then what the run made is left alone for as long as its Lease says.
    lease.abandon();
    const abandoned = await judgeRemovable(direct, overdue, request, leaseOwner(), signal);
    expect(abandoned.leave.map(({ why }) => why)[0]).toMatch(/^it expires at /);
    const named = { kind: 'run', runId, journal: null } as const;
    const { remove } = await judgeRemovable(direct, overdue, named, leaseOwner(), signal);
    expect(remove.map((object) => object.name)).toEqual([name]);
    await core.deleteNamespace({ name });
  });
});

function exitCodesOf({ object }: Pick<ObjectEvent, 'object'>): readonly number[] {
  interface Ended {
    containerStatuses?: readonly { state?: { terminated?: { exitCode: number } } }[];
  }
  const { containerStatuses = [] } = (object['status'] ?? {}) as Ended;
  return containerStatuses.flatMap(({ state }) => state?.terminated?.exitCode ?? []);
}
