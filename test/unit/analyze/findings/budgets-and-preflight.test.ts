import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import { strategyFindings } from '../../../../src/analyze/findings/strategy-findings.ts';
import { summarizeBudgets } from '../../../../src/analyze/run/summarize-budgets.ts';
import type { NewHistoryEvent, ProcessFactsEvent } from '../../../../src/model/history-event.ts';
import { strategySchema } from '../../../../src/model/scenario.ts';
import { describeGap } from '../../../../src/report/describe-gap.ts';
import { failed, planned, trialRecord } from '../build-history.ts';
import { analyzeScene } from '../attribution/attribute-scene.ts';
import { PODS, numbered, scene as s } from '../attribution/write-scene.ts';

const FRAME: readonly NewHistoryEvent[] = [
  s.pod('LISTED', 'a', 100, { ready: true }),
  s.pod('LISTED', 'b', 100, { ready: true }),
  s.phase('disrupt', 999),
  s.action('a', 'requested', 1000),
  s.auditDelete('a', 1000),
  s.action('a', 'accepted', 1004),
  s.phase('stop-load', 4000),
  s.phase('clean-up', 4100),
];

const NODES = ['node1', 'node2'];

/** `routesMs`: when each node dropped the Pod, since the delete; `null`: it never did. */
async function trial(
  listenerMs: number,
  routesMs: readonly [number | null, number | null],
  more: readonly NewHistoryEvent[] = [],
): Promise<AnalyzedTrial> {
  const events = [
    ...FRAME,
    ...NODES.flatMap((node, index) => {
      const atMs = routesMs[index] ?? null;
      const listed = s.route(node, 'listed', 'a', 500);
      return atMs === null ? [listed] : [listed, s.route(node, 'removed', 'a', 1000 + atMs)];
    }),
    ...more,
    s.listener('a', 'CLOSE', 1000 + listenerMs),
    s.exit('a', 1000 + listenerMs + 20),
    s.pod('DELETED', 'a', 1900, { deleting: true, terminated: true }),
  ];
  const analyzed = await analyzeScene(numbered(events), failed(1, 1100));
  return { ...analyzed, verdict: 'fail' };
}

describe('the budget of a strategy', () => {
  it('is the median and worst time of each step, and a gap whose smallest value decides', async () => {
    const [budget] = summarizeBudgets(
      [await trial(40, [60, 90]), await trial(40, [50, 70]), await trial(200, [60, 80])],
      NODES,
    );
    const step = (name: string) => budget?.steps.find((each) => each.step === name);
    expect(step('last-node-rules')).toMatchObject({ count: 3, medianMs: 80, maxMs: 90 });
    expect(step('first-node-rules')).toMatchObject({ medianMs: 60 });
    expect(step('listener-closed')).toMatchObject({ medianMs: 40, maxMs: 200 });
    expect(step('last-fresh-connection')).toBeUndefined();
    expect(budget?.gap).toMatchObject({ count: 3, medianMs: -30, worstMs: -50, indeterminate: 0 });
  });

  it('calls a gap within its uncertainty indeterminate', async () => {
    const [budget] = summarizeBudgets([await trial(90.5, [60, 90])], NODES);
    expect(budget?.gap?.indeterminate).toBe(1);
  });

  const blind = (observer: string, fromMs: number, toMs: number): NewHistoryEvent => ({
    type: 'observation-gap',
    observer,
    fromNs: fromMs * 1e6,
    toNs: toMs * 1e6,
    reason: 'nft is missing',
    atNs: toMs * 1e6,
    uncertaintyNs: 0,
    source: 'dataplane',
  });
  const told = (node: string, atMs: number, lastSyncMs: number, syncs: number): NewHistoryEvent => ({
    type: 'proxy-sync',
    node,
    lastSyncNs: lastSyncMs * 1e6,
    lastQueuedNs: lastSyncMs * 1e6,
    syncs,
    syncSeconds: syncs / 128,
    fullSyncs: null,
    atNs: atMs * 1e6,
    uncertaintyNs: 1e6,
    source: 'dataplane',
  });

  it('is safe where the Pod listened until after the last node had dropped it', async () => {
    const [budget] = summarizeBudgets([await trial(500, [60, 90])], NODES);
    expect(budget).toMatchObject({ state: 'safe', victims: 1, gap: { count: 1, worstMs: 410 } });
    expect(budget?.nodes).toMatchObject([
      { node: 'node1', state: 'safe', dropped: 1, medianMs: 60, gap: { worstMs: 440 } },
      { node: 'node2', state: 'safe', dropped: 1, medianMs: 90, gap: { worstMs: 410 } },
    ]);
  });

  it('knows no gap, and calls it unsafe, where a node never dropped the Pod', async () => {
    const [budget] = summarizeBudgets([await trial(500, [60, null])], NODES);
    expect(budget).toMatchObject({ state: 'unsafe', gap: null });
    expect(budget?.nodes).toMatchObject([
      { node: 'node1', state: 'safe' },
      { node: 'node2', state: 'unsafe', dropped: 0, notDropped: 1, notWatched: 0, gap: null },
    ]);
    expect(budget?.steps.some(({ step }) => step === 'last-node-rules')).toBe(false);
    expect(describeGap(budget ?? never())).toBe('gap not known, safe on 1 of 2 nodes, not dropped on node2');
  });

  it('knows no gap where a node was not watched, whatever else was seen of it', async () => {
    const gap = blind('routes of node2', 1050, 1060);
    const [budget] = summarizeBudgets([await trial(500, [60, 90], [gap])], NODES);
    expect(budget).toMatchObject({ state: 'unknown', gap: null });
    expect(describeGap(budget ?? never())).toBe('gap not known, safe on 1 of 2 nodes, not watched on node2');
  });

  it('does not mind an observer that was blind before the disruption only', async () => {
    const [budget] = summarizeBudgets(
      [await trial(500, [60, 90], [blind('routes of node2', 600, 700)])],
      NODES,
    );
    expect(budget?.state).toBe('safe');
  });

  it('takes a node that nothing was heard of for not watched', async () => {
    const [budget] = summarizeBudgets([await trial(500, [60, 90])], [...NODES, 'node3']);
    expect(budget).toMatchObject({ state: 'unknown', gap: null });
    expect(budget?.nodes[2]).toMatchObject({ node: 'node3', state: 'unknown', notWatched: 1 });
  });

  it('does not wait for a node that was watched and never sent to the Pod', async () => {
    const other = s.route('node3', 'listed', 'b', 500);
    const [budget] = summarizeBudgets([await trial(500, [60, 90], [other])], [...NODES, 'node3']);
    expect(budget).toMatchObject({ state: 'safe', gap: { worstMs: 410 } });
    expect(budget?.nodes.map(({ node }) => node)).toEqual(NODES);
  });

  it('takes a Pod that a node took back for not dropped', async () => {
    const [budget] = summarizeBudgets(
      [await trial(500, [60, 90], [s.route('node1', 'added', 'a', 1200)])],
      NODES,
    );
    expect(budget?.nodes[0]).toMatchObject({ notDropped: 1, state: 'unsafe' });
  });

  it('says of how many Pods a gap is known', async () => {
    const [budget] = summarizeBudgets([await trial(500, [60, 90]), await trial(500, [60, null])], NODES);
    expect(describeGap(budget ?? never())).toBe(
      'gap +410 ms (of 1 of 2 Pods), safe on 1 of 2 nodes, 1 of 2 Pods not dropped on node2',
    );
  });

  it('tells how busy each kube-proxy was', async () => {
    const syncs = [told('node1', 800, 700, 10), told('node1', 3900, 3800, 14), told('node2', 800, 100, 3)];
    const [budget] = summarizeBudgets([await trial(500, [60, 90], syncs)], NODES);
    expect(budget?.nodes).toMatchObject([
      { lastSyncBeforeMs: 300, syncsSince: 4, meanSyncMs: 7.8125 },
      { lastSyncBeforeMs: 900, syncsSince: null, meanSyncMs: null },
    ]);
  });

  it('leaves void trials and controls out', async () => {
    const one = await trial(40, [60, 90]);
    const control = { ...one, trial: { ...one.trial, role: 'positive-control' as const } };
    expect(summarizeBudgets([{ ...one, verdict: 'void' }, control], NODES)).toEqual([]);
  });
});

const FAILED_HOOK: NewHistoryEvent = {
  type: 'object',
  change: 'ADDED',
  kind: 'Event',
  namespace: 'ns',
  name: 'e',
  uid: 'e',
  resourceVersion: '1',
  object: {
    reason: 'FailedPreStopHook',
    involvedObject: { uid: PODS.a.uid, fieldPath: 'spec.containers{app}' },
  },
  atNs: 1.02e9,
  uncertaintyNs: 2e6,
  source: 'api-watch',
};

function never(): never {
  throw new Error('no budget');
}

describe('preflight', () => {
  interface PodSpec {
    readonly container?: Readonly<Record<string, unknown>>;
    readonly more?: readonly Readonly<Record<string, unknown>>[];
    readonly sidecars?: readonly Readonly<Record<string, unknown>>[];
    readonly graceSeconds?: number;
  }
  const podWith = ({
    container = {},
    more = [],
    sidecars = [],
    graceSeconds = 30,
  }: PodSpec): NewHistoryEvent => {
    const event = s.pod('LISTED', 'a', 100, { ready: true });
    if (event.type !== 'object') throw new Error('not an object');
    const spec = {
      nodeName: 'node1',
      terminationGracePeriodSeconds: graceSeconds,
      containers: [
        { name: 'app', readinessProbe: { httpGet: {}, periodSeconds: 1, failureThreshold: 1 }, ...container },
        ...more,
      ],
      initContainers: sidecars.map((sidecar) => ({ restartPolicy: 'Always', ...sidecar })),
    };
    return { ...event, object: { ...event.object, spec } };
  };
  const facts = (
    comm: string,
    handledSignals: readonly number[],
    more: Readonly<Partial<ProcessFactsEvent>> = {},
  ): NewHistoryEvent => ({
    type: 'process-facts',
    container: { podUid: PODS.a.uid, containerId: PODS.a.containerId },
    pod: PODS.a.name,
    containerName: 'app',
    pid: 100,
    comm,
    commandLine: [comm, 'server.js'],
    handledSignals,
    innerPid: 1,
    blockedSignals: [],
    waitsForSignals: false,
    atNs: 5e8,
    uncertaintyNs: 0,
    source: 'kernel-trace',
    ...more,
  });
  const find = async (
    pod: NewHistoryEvent,
    more: readonly NewHistoryEvent[] = [],
    strategy: Readonly<Record<string, unknown>> = {},
  ) => {
    const record = trialRecord({
      trial: planned({ strategy: strategySchema.parse({ name: 'x', ...strategy }) }),
      victims: [{ name: 'web-a', uid: 'uid-a', node: 'node1', podIP: '198.18.0.2' }],
    });
    const events = numbered([
      ...FRAME.filter((event) => event.type !== 'object'),
      pod,
      s.pod('LISTED', 'b', 101),
      ...more,
    ]);
    const { findings } = await analyzeTrial(
      { record, directory: 'trials/001-x', events, ledgers: [], findings: [] },
      [],
    );
    return findings.filter(({ code }) => code.startsWith('preflight-'));
  };
  const codes = async (...args: Parameters<typeof find>) => (await find(...args)).map(({ code }) => code);

  it('has nothing to say of a Pod that does everything right', async () => {
    expect(await codes(podWith({}), [facts('node', [15])])).toEqual([]);
  });

  it('ties a signal that process 1 does not handle to what became of it', async () => {
    const ignored = { ...s.signal('a', 15, 1030), result: 'ignored' } as NewHistoryEvent;
    const more = [facts('node', []), ignored, s.signal('a', 9, 3030), s.exit('a', 3031)];
    const [finding] = await find(podWith({}), more);
    expect(finding?.code).toBe('preflight-signal-not-handled');
    expect(finding?.message).toContain('the kernel dropped the signal; SIGKILL ended it after 2.00 s');
  });

  it('knows a shell as process 1, unless it traps the signal', async () => {
    expect(await codes(podWith({}), [facts('sh', [])])).toEqual(['preflight-shell-is-pid-1']);
    expect(await codes(podWith({}), [facts('sh', [15])])).toEqual([]);
  });

  it('accuses nobody that takes signals without a handler, as tini does', async () => {
    const waits = { waitsForSignals: true };
    expect(await codes(podWith({}), [facts('tini', [], waits)])).toEqual([]);
    expect(await codes(podWith({}), [facts('app', [], { blockedSignals: [15] })])).toEqual([]);
    expect(await codes(podWith({}), [facts('app', [])])).toEqual(['preflight-signal-not-handled']);
  });

  it('accuses nobody that is not process 1, nor on the word of a record that does not say so', async () => {
    expect(await codes(podWith({}), [facts('node', [], { innerPid: 17 })])).toEqual([]);
    expect(await codes(podWith({}), [facts('sh', [], { innerPid: 17 })])).toEqual([]);
    const { innerPid, ...old } = facts('node', []) as ProcessFactsEvent;
    expect(innerPid).toBe(1);
    expect(await codes(podWith({}), [old])).toEqual([]);
  });

  it('believes what the kernel did with the signal more than what the process looked like', async () => {
    const signal = (result: 'delivered' | 'ignored') =>
      ({ ...s.signal('a', 15, 1030), result }) as NewHistoryEvent;
    expect(await codes(podWith({}), [facts('app', []), signal('delivered')])).toEqual([]);
    expect(
      await codes(podWith({}), [facts('app', [], { waitsForSignals: true }), signal('ignored')]),
    ).toEqual(['preflight-signal-not-handled']);
  });

  it('reads a sleep with its unit, and the hooks of sidecars', async () => {
    const exec = (script: string) => ({
      lifecycle: { preStop: { exec: { command: ['sh', '-c', script] } } },
    });
    const tooLong = ['preflight-sleep-exceeds-grace'];
    expect(await codes(podWith({ container: exec('sleep 1m') }))).toEqual(tooLong);
    expect(await codes(podWith({ container: exec('sleep 1h && true') }))).toEqual(tooLong);
    expect(await codes(podWith({ container: exec('sleep 20s 10s') }))).toEqual(tooLong);
    expect(await codes(podWith({ container: exec('sleep infinity') }))).toEqual(tooLong);
    expect(await codes(podWith({ container: exec('sleep 1.5') }))).toEqual([]);
    expect(await codes(podWith({ container: exec('sleep 29.5'), graceSeconds: 29 }))).toEqual(tooLong);
    expect(await codes(podWith({ container: exec('echo sleepy 40') }))).toEqual([]);
    const sidecar = { name: 'proxy', ...exec('sleep 40') };
    const [finding] = await find(podWith({ sidecars: [sidecar] }));
    expect(finding).toMatchObject({ code: 'preflight-sleep-exceeds-grace', container: 'proxy' });
  });

  it('speaks of each container by itself', async () => {
    const sleeps = { lifecycle: { preStop: { sleep: { seconds: 40 } } } };
    const findings = await find(podWith({ container: sleeps, more: [{ name: 'second', ...sleeps }] }));
    expect(findings.map(({ code, container }) => [code, container])).toEqual([
      ['preflight-sleep-exceeds-grace', 'app'],
      ['preflight-sleep-exceeds-grace', 'second'],
      ['preflight-no-readiness-probe', 'second'],
    ]);
  });

  it('names the program that a hook runs and the container does not have, and what came of it', async () => {
    const exec = { lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } } };
    const missing = facts('app', [15], { missingPrograms: ['sleep'] });
    const [finding, ...others] = await find(podWith({ container: exec }), [missing, FAILED_HOOK]);
    expect(finding?.code).toBe('preflight-prestop-program-missing');
    expect(finding?.message).toContain(
      '“sleep” cannot be found in the container. Measured: it failed in 1 Pod',
    );
    expect(others.map(({ code }) => code)).toEqual(['preflight-prestop-failed']);
    expect(others[0]?.message).not.toContain('in the image?');
  });

  it('takes the probe of a container that does not serve for none', async () => {
    const ports = [{ containerPort: 8080 }];
    const app = { readinessProbe: undefined, ports };
    const probed = { name: 'proxy', readinessProbe: { httpGet: {} } };
    const [finding] = await find(podWith({ container: app, more: [probed] }));
    expect(finding).toMatchObject({ code: 'preflight-no-readiness-probe', container: 'app' });
    expect(await codes(podWith({ container: { ports }, more: [{ name: 'proxy' }] }))).toEqual([]);
    // Seen to have listened counts for more than a port that was declared.
    const closed = s.listener('a', 'CLOSE', 1040);
    expect(
      await codes(podWith({ container: { readinessProbe: undefined }, more: [{ ...probed, ports }] }), [
        closed,
      ]),
    ).toEqual(['preflight-no-readiness-probe']);
  });

  it('knows a single replica by its owner, whoever else lives in the namespace', async () => {
    const owned = (event: NewHistoryEvent, uid: string): NewHistoryEvent => {
      if (event.type !== 'object') throw new Error('not an object');
      const metadata = {
        ...(event.object['metadata'] as object),
        ownerReferences: [{ uid, controller: true }],
      };
      return { ...event, object: { ...event.object, metadata } };
    };
    const single = (other: NewHistoryEvent) => codes(owned(podWith({}), 'ours'), [other]);
    const b = s.pod('LISTED', 'b', 102);
    expect(await single(owned(b, 'others'))).toEqual(['preflight-single-replica']);
    expect(await single(owned(b, 'ours'))).toEqual([]);
    // It had gone before, and the next one came only after the disruption.
    const gone = owned(s.pod('DELETED', 'b', 900), 'ours');
    expect(await single(gone)).toEqual(['preflight-single-replica']);
  });

  it('holds hooks and draining against the grace period', async () => {
    const sleep = (seconds: number) => ({ lifecycle: { preStop: { sleep: { seconds } } } });
    expect(await codes(podWith({ container: sleep(10), graceSeconds: 10 }))).toEqual([
      'preflight-sleep-exceeds-grace',
    ]);
    const drain = { shutdown: { mode: 'drain', drainSeconds: 8 } };
    expect(await codes(podWith({ container: sleep(5), graceSeconds: 10 }), [], drain)).toEqual([
      'preflight-grace-too-short',
    ]);
    const exec = { lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', 'sleep 40'] } } } };
    expect(await codes(podWith({ container: exec }))).toEqual(['preflight-sleep-exceeds-grace']);
  });

  it('reports a hook that failed, with the command that may be missing in the image', async () => {
    const exec = { lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } } };
    const [finding] = await find(podWith({ container: exec }), [FAILED_HOOK]);
    expect(finding?.code).toBe('preflight-prestop-failed');
    expect(finding?.message).toContain('Is “sleep” in the image?');
  });

  it('knows a missing probe, and one that cannot flip while the app drains', async () => {
    expect(await codes(podWith({ container: { readinessProbe: undefined } }))).toEqual([
      'preflight-no-readiness-probe',
    ]);
    const slow = { readinessProbe: { httpGet: {}, periodSeconds: 10, failureThreshold: 3 } };
    expect(
      await codes(podWith({ container: slow }), [], { shutdown: { mode: 'drain', drainSeconds: 5 } }),
    ).toEqual(['preflight-readiness-too-slow']);
  });
});

describe('the preflight findings of a run', () => {
  it('are said once for each container, and count a trial once', async () => {
    const one = await trial(40, [60, 90]);
    const finding = (container: string) =>
      ({ code: 'preflight-x', severity: 'warning', message: `${container} has x.`, container }) as const;
    const both = { ...one, findings: [finding('app'), finding('proxy'), finding('app')] };
    const only = { ...one, findings: [finding('app')] };
    expect(strategyFindings([both, only]).map(({ message }) => message)).toEqual([
      '“none”: app has x. (2 trials, 2 failed requests)',
      '“none”: proxy has x. (1 trial, 1 failed request)',
    ]);
  });
});
