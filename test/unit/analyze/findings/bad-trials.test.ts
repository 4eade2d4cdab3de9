import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import { canRepetitionHelp } from '../../../../src/model/can-repetition-help.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { TrialRecord } from '../../../../src/model/trial-record.ts';
import { action, LOAD, ledger, ms, numbered, phase, planned, pod, streamed, trialRecord } from '../build-history.ts'; // prettier-ignore

const START = [phase('baseline', 1000), phase('disrupt', 2000)];
const STOP = [phase('stop-load', 24_000), phase('clean-up', 25_000)];
const SENTENCE = '0/2 nodes are available: 2 node(s) didn’t match pod anti-affinity rules.';

async function analyze(events: readonly NewHistoryEvent[], changes: Partial<TrialRecord> = {}) {
  const records = ledger(1000, 24_000);
  return analyzeTrial(
    {
      record: trialRecord(changes),
      directory: 'trials/001-none',
      events: numbered(events),
      ledgers: [{ load: 'fresh', intended: records.length, records: streamed(records), findings: () => [] }],
      findings: [],
    },
    [LOAD],
  );
}

/** A replacement that no node takes. */
function unscheduled(uid: string, atMs: number): NewHistoryEvent {
  const event = pod('ADDED', uid, atMs) as NewHistoryEvent & { type: 'object' };
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: SENTENCE }];
  return { ...event, object: { metadata: {}, spec: {}, status: { phase: 'Pending', conditions } } };
}

const kubeEvent = (reason: string, message: string, atMs: number): NewHistoryEvent => ({
  type: 'object',
  change: 'ADDED',
  kind: 'Event',
  namespace: 'ns',
  name: `web.${atMs}`,
  uid: `event-${atMs}`,
  resourceVersion: '1',
  atNs: ms(atMs),
  uncertaintyNs: ms(1),
  source: 'api-watch',
  object: { reason, message, type: 'Warning' },
});

const ROLLOUT = { trial: planned({ disruption: { type: 'rollout-restart' } }) };
const rollout = [action('requested', 2000), action('accepted', 2001)];

describe('a trial that did not come to its end', () => {
  it('is void for the reason that its record gives, and for none that follows from it', async () => {
    const message = 'The disruption was not begun, as only 0 of 1 Pod was Ready.';
    const findings = [{ code: 'pods-not-ready', severity: 'void', message } as const];
    const trial = await analyze(
      [...START, pod('LISTED', 'a', 500), phase('stop-load', 2100), phase('clean-up', 2200)],
      { state: 'aborted', findings, victims: [], loads: [] },
    );
    expect(trial.verdict).toBe('void');
    expect(trial.findings).toEqual(findings);
  });

  it('is void by itself where its record gives none: its process was killed', async () => {
    const trial = await analyze([...START, pod('LISTED', 'a', 500)], { state: 'running' });
    expect(trial.findings.map(({ code }) => code)).toContain('trial-incomplete');
  });
});

describe('a rollout that cannot begin', () => {
  it('is void in the words of the scheduler, and not worth a repetition', async () => {
    const trial = await analyze(
      [...START, pod('LISTED', 'a', 500, { ready: true }), ...rollout, unscheduled('b', 2100), ...STOP],
      ROLLOUT,
    );
    const reasons = trial.findings.filter(({ severity }) => severity === 'void');
    expect(reasons.map(({ code }) => code)).toEqual(['disruption-not-begun']);
    expect(reasons[0]?.message).toBe(
      'The API server accepted the disruption, but no Pod was seen going before the trial ended: Unschedulable: 0/2 nodes are available: 2 node(s) didn’t match pod anti-affinity rules.',
    );
    expect(JSON.stringify(trial.findings)).not.toContain('recoverTimeoutMs');
    expect(canRepetitionHelp(trial.findings)).toBe(false);
  });

  it('is void in the words of whoever refused the replacement, where it never came to be', async () => {
    const trial = await analyze(
      [
        ...START,
        pod('LISTED', 'a', 500, { ready: true }),
        kubeEvent('FailedCreate', 'Error creating: exceeded quota: before', 1500),
        ...rollout,
        kubeEvent('FailedCreate', 'Error creating: pods "web-b" is forbidden: exceeded quota: small', 2100),
        ...STOP,
      ],
      ROLLOUT,
    );
    expect(trial.findings.find(({ code }) => code === 'disruption-not-begun')?.message).toMatch(
      /FailedCreate: Error creating: pods "web-b" is forbidden: exceeded quota: small\.$/,
    );
  });

  it('may well be repeated where nothing says why', async () => {
    const trial = await analyze(
      [...START, pod('LISTED', 'a', 500, { ready: true }), ...rollout, ...STOP],
      ROLLOUT,
    );
    expect(trial.findings.map(({ code }) => code)).toContain('disruption-not-seen');
    expect(canRepetitionHelp(trial.findings)).toBe(true);
  });
});

describe('a rollout that cannot go on', () => {
  it('is void with the reason in place of advice that would not help', async () => {
    const trial = await analyze(
      [
        ...START,
        pod('LISTED', 'a', 500, { ready: true }),
        pod('LISTED', 'c', 500, { ready: true }),
        ...rollout,
        pod('MODIFIED', 'c', 2050, { deleting: true }),
        pod('DELETED', 'c', 2900),
        unscheduled('b', 3000),
        ...STOP,
      ],
      ROLLOUT,
    );
    const [reason, ...more] = trial.findings.filter(({ severity }) => severity === 'void');
    expect(more).toEqual([]);
    expect(reason).toMatchObject({ code: 'not-ended' });
    expect(reason?.message).toMatch(/It could not go on: Unschedulable: 0\/2 nodes are available.*rules\.$/);
    expect(reason?.message).not.toContain('recoverTimeoutMs');
  });
});

describe('a container that was to be killed', () => {
  const victims = [{ name: 'web-a', uid: 'a', node: 'node-1', podIP: '198.18.1.1', container: 'app' }];
  const killed = { trial: planned({ disruption: { type: 'kill-container' } }), victims };
  const kill = rollout.map((event): NewHistoryEvent => {
    return { ...(event as NewHistoryEvent & { type: 'action' }), action: 'kill-container', container: 'app' };
  });
  const twoContainers = (atMs: number): NewHistoryEvent => {
    const event = pod('LISTED', 'a', atMs, { ready: true }) as NewHistoryEvent & { type: 'object' };
    const [helper, app] = ['helper', 'app'].map((name) => ({ name, containerID: `containerd://${name}-id` }));
    const status = { ...(event.object['status'] as object), containerStatuses: [helper, app] };
    const containers = [{ name: 'helper' }, { name: 'app' }];
    return { ...event, object: { ...event.object, spec: { nodeName: 'node-1', containers }, status } };
  };
  const exit = (container: string, atMs: number): NewHistoryEvent => ({
    type: 'process-exit',
    pid: container.length,
    comm: container,
    container: { podUid: 'a', containerId: `${container}-id` },
    atNs: ms(atMs),
    uncertaintyNs: 1000,
    source: 'kernel-trace',
  });

  it('is that one: the end of another container of its Pod is no sign of it', async () => {
    const trial = await analyze(
      [...START, twoContainers(500), ...kill, exit('helper', 2002), ...STOP],
      killed,
    );
    expect(trial.verdict).toBe('void');
    expect(trial.findings.find(({ code }) => code === 'disruption-not-seen')?.message).toBe(
      'SIGKILL was sent, but app of web-a was not seen ending before the trial ended.',
    );
  });

  it('is enough, while the others go on', async () => {
    const facts: NewHistoryEvent = {
      ...{ type: 'process-facts', container: { podUid: 'a', containerId: 'app-id' }, pod: 'web-a' },
      ...{ containerName: 'app', pid: 'app'.length, comm: 'app', commandLine: ['app'], handledSignals: [15] },
      ...{ atNs: ms(600), uncertaintyNs: 0, source: 'harness' },
    };
    const trial = await analyze(
      [...START, twoContainers(500), facts, ...kill, exit('app', 2002), ...STOP],
      killed,
    );
    expect(trial.findings.filter(({ severity }) => severity === 'void')).toEqual([]);
  });
});
