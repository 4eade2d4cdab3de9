import { describe, expect, it } from 'vitest';

import { preflightFindings } from '../../../src/analyze/preflight-findings.ts';
import type { AnalyzedTrial } from '../../../src/analyze/run-result.ts';
import { objectSightings } from '../../../src/analyze/object-sightings.ts';
import { PodBook } from '../../../src/analyze/pod-book.ts';
import { summarizeBudgets } from '../../../src/analyze/summarize-budgets.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { strategySchema } from '../../../src/model/scenario.ts';
import { failed, planned, trialRecord } from './build-history.ts';
import { analyzeScene } from './attribution/attribute-scene.ts';
import { PODS, numbered, scene as s } from './attribution/write-scene.ts';

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

async function trial(listenerMs: number, routesMs: readonly [number, number]): Promise<AnalyzedTrial> {
  const events = [
    ...FRAME,
    s.listener('a', 'CLOSE', 1000 + listenerMs),
    s.exit('a', 1000 + listenerMs + 20),
    s.route('node1', 'removed', 'a', 1000 + routesMs[0]),
    s.route('node2', 'removed', 'a', 1000 + routesMs[1]),
    s.pod('DELETED', 'a', 1900, { deleting: true, terminated: true }),
  ];
  const analyzed = await analyzeScene(numbered(events), failed(1, 1100));
  return { ...analyzed, verdict: 'fail' };
}

describe('the budget of a strategy', () => {
  it('is the median and worst time of each step, and a gap whose smallest value decides', async () => {
    const [budget] = summarizeBudgets([
      await trial(40, [60, 90]),
      await trial(40, [50, 70]),
      await trial(200, [60, 80]),
    ]);
    const step = (name: string) => budget?.steps.find((each) => each.step === name);
    expect(step('last-node-rules')).toMatchObject({ count: 3, medianMs: 80, maxMs: 90 });
    expect(step('first-node-rules')).toMatchObject({ medianMs: 60 });
    expect(step('listener-closed')).toMatchObject({ medianMs: 40, maxMs: 200 });
    expect(step('last-fresh-connection')).toBeUndefined();
    expect(budget?.gap).toMatchObject({ count: 3, medianMs: -30, worstMs: -50, indeterminate: 0 });
  });

  it('calls a gap within its uncertainty indeterminate', async () => {
    const [budget] = summarizeBudgets([await trial(90.5, [60, 90])]);
    expect(budget?.gap?.indeterminate).toBe(1);
  });

  it('leaves void trials and controls out', async () => {
    const one = await trial(40, [60, 90]);
    const control = { ...one, trial: { ...one.trial, role: 'positive-control' as const } };
    expect(summarizeBudgets([{ ...one, verdict: 'void' }, control])).toEqual([]);
  });
});

describe('preflight', () => {
  interface PodSpec {
    readonly container?: Readonly<Record<string, unknown>>;
    readonly graceSeconds?: number;
  }
  const podWith = ({ container = {}, graceSeconds = 30 }: PodSpec): NewHistoryEvent => {
    const event = s.pod('LISTED', 'a', 100, { ready: true });
    if (event.type !== 'object') throw new Error('not an object');
    const spec = {
      nodeName: 'node1',
      terminationGracePeriodSeconds: graceSeconds,
      containers: [
        { name: 'app', readinessProbe: { httpGet: {}, periodSeconds: 1, failureThreshold: 1 }, ...container },
      ],
    };
    return { ...event, object: { ...event.object, spec } };
  };
  const facts = (comm: string, handledSignals: readonly number[]): NewHistoryEvent => ({
    type: 'process-facts',
    container: { podUid: PODS.a.uid, containerId: PODS.a.containerId },
    pod: PODS.a.name,
    containerName: 'app',
    pid: 100,
    comm,
    commandLine: [comm, 'server.js'],
    handledSignals,
    atNs: 5e8,
    uncertaintyNs: 0,
    source: 'kernel-trace',
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
    const { milestones } = await analyzeScene(events, failed(1, 1100));
    const book = new PodBook(objectSightings(events, 'ns'), record.victims, events, 1e9);
    return preflightFindings({ record, events, book, milestones });
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
    const event: NewHistoryEvent = {
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
    const exec = { lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } } };
    const [finding] = await find(podWith({ container: exec }), [event]);
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
