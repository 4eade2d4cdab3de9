import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import { strategyFindings } from '../../../../src/analyze/findings/strategy-findings.ts';
import type { NewHistoryEvent, ProcessFactsEvent } from '../../../../src/model/history-event.ts';
import { strategySchema } from '../../../../src/model/scenario.ts';
import { PODS, numbered, scene as s } from '../attribution/write-scene.ts';
import { planned, trialRecord } from '../build-history.ts';
import { FRAME, shutdownTrial } from '../shutdown-trial.ts';

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
    const one = await shutdownTrial(40, [60, 90]);
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
