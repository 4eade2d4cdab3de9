import { describe, expect, it } from 'vitest';

import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import type { ActionEvent, NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { TrialRecord } from '../../../../src/model/trial-record.ts';
import { analyzeShutdown, podOf, step } from './analyze-shutdown.ts';
import { scene as s } from '../attribution/write-scene.ts';
import { planned } from '../build-history.ts';

type Events = readonly NewHistoryEvent[];

const message = ({ findings }: AnalyzedTrial, ...codes: readonly string[]): string | undefined =>
  findings.find((finding) => codes.includes(finding.code))?.message;

const NONE_GOES: Partial<TrialRecord> = {
  trial: planned({ disruption: { type: 'rollout-restart' } }),
  victims: [],
};
const frame = (...actions: Events): Events => [
  s.phase('disrupt', 999),
  ...actions,
  s.phase('stop-load', 21_000),
  s.phase('clean-up', 21_100),
];
const ACCEPTED = frame(s.action('a', 'requested', 1000), s.action('a', 'accepted', 1004));

const answered = (
  stage: ActionEvent['stage'],
  at: number,
  httpStatus?: number,
  words?: string,
): NewHistoryEvent =>
  ({
    ...s.action('a', 'requested', at),
    stage,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(words === undefined ? {} : { message: words }),
  }) as NewHistoryEvent;

describe('a disruption that did not happen', () => {
  const told = async (...answers: Events): Promise<string | undefined> =>
    message(
      await analyzeShutdown([podOf('a', 100)], {
        frame: frame(s.action('a', 'requested', 1000), ...answers),
        record: NONE_GOES,
      }),
      'disruption-not-accepted',
    );
  const BUDGET =
    "TooManyRequests: Cannot evict pod as it would violate the pod's disruption budget. The disruption budget web needs 3 healthy pods and has 3 currently";

  it('is told with the budget that held it back, and how often it was asked for', async () => {
    expect(await told(answered('refused', 1003, 429, BUDGET))).toBe(
      `The disruption did not happen: the API server refused it (HTTP 429: ${BUDGET}).`,
    );
    const again = [1003, 2003, 3003].map((at) => answered('refused', at, 429, BUDGET));
    expect(await told(...again)).toBe(
      `The disruption did not happen: the API server refused it (HTTP 429: ${BUDGET}), 3 times.`,
    );
  });

  it('is not said to have got no answer where it got some that do not tell', async () => {
    const two =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    expect(await told(answered('unanswered', 1003, 500, two), answered('unanswered', 2003, 500, two))).toBe(
      `The disruption did not happen: nothing shows that it took effect (HTTP 500: ${two}), 2 times.`,
    );
    expect(
      await told(answered('unanswered', 1003, 500, two), answered('refused', 2003, 404, 'not found')),
    ).toBe(
      `The disruption did not happen: nothing shows that it took effect (HTTP 500: ${two}); the API server refused it (HTTP 404: not found).`,
    );
  });

  it('is said to have got no answer where none was recorded', async () => {
    expect(await told()).toBe('The disruption did not happen: no answer to it was recorded.');
  });
});

describe('a disruption after which no Pod goes', () => {
  const told = async (...events: Events): Promise<string | undefined> =>
    message(
      await analyzeShutdown([podOf('a', 100), podOf('b', 100), ...events], {
        frame: ACCEPTED,
        record: NONE_GOES,
      }),
      'disruption-not-seen',
      'disruption-not-begun',
    );
  const START = 'The API server accepted the disruption, but no Pod was seen going before the trial ended';
  const unscheduled = (words: string) => ({
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: words }],
  });

  it('is told in the words of the scheduler', async () => {
    const words = "0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules.";
    const pending = podOf('c', 1050, { status: unscheduled(words) }, 'ADDED', {});
    expect(await told(pending)).toBe(
      `${START}: the scheduler says of Pod web-c: “0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules”.`,
    );
  });

  it('is told in the words of the controller that may not make a Pod', async () => {
    const forbidden = step.event(
      { kind: 'ReplicaSet', name: 'web-5d', uid: 'rs' },
      'FailedCreate',
      'Error creating: pods "web-5d-x" is forbidden: exceeded quota: small',
      1060,
      { source: { component: 'replicaset-controller' } },
    );
    expect(await told(forbidden, forbidden)).toBe(
      `${START}: the replicaset-controller says of ReplicaSet web-5d: “Error creating: pods "web-5d-x" is forbidden: exceeded quota: small”.`,
    );
  });

  it('is told in the words of the kubelet whose container or probe does not come up', async () => {
    const waiting = {
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        {
          name: 'app',
          containerID: 'containerd://cc',
          state: {
            waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' },
          },
        },
      ],
    };
    expect(await told(podOf('c', 1050, { status: waiting }, 'ADDED', {}))).toBe(
      `${START}: the kubelet says of Pod web-c: “CrashLoopBackOff: back-off 10s restarting failed container”.`,
    );
    const unhealthy = step.event(
      { kind: 'Pod', name: 'web-c', uid: 'uid-c' },
      'Unhealthy',
      'Readiness probe failed: HTTP probe failed with statuscode: 500',
      3000,
      { source: { component: 'kubelet' } },
    );
    expect(await told(podOf('c', 1050, {}, 'ADDED', {}), unhealthy)).toBe(
      `${START}: the kubelet says of Pod web-c: “Readiness probe failed: HTTP probe failed with statuscode: 500”.`,
    );
  });

  it('blames nothing that was there before, or that came of the clean-up', async () => {
    const before = step.event({ kind: 'Pod', name: 'web-a', uid: 'uid-a' }, 'Unhealthy', 'old', 300);
    const after = step.event({ kind: 'ReplicaSet', name: 'web', uid: 'rs' }, 'FailedCreate', 'late', 21_500);
    const tidied = podOf('c', 21_300, { status: unscheduled('no node left') }, 'ADDED', {});
    expect(await told(before, after, tidied)).toBe(`${START}.`);
  });
});

describe('a disruption that was not over when the load was stopped', () => {
  const late: Partial<TrialRecord> = {
    findings: [{ code: 'not-recovered', severity: 'warning', message: '20 s after it was not over.' }],
  };

  it('is told with what was said of the Pods that were missing', async () => {
    const analyzed = await analyzeShutdown(
      [
        podOf('a', 100),
        podOf('a', 1010, {}, 'MODIFIED', { deleting: true }),
        podOf('a', 1900, {}, 'DELETED', { deleting: true }),
        podOf(
          'c',
          1050,
          {
            status: {
              conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available.' }],
            },
          },
          'ADDED',
          {},
        ),
      ],
      { record: late },
    );
    expect(message(analyzed, 'not-recovered-because')).toBe(
      'When the load was stopped the disruption was not over: the scheduler says of Pod web-c: “0/2 nodes are available”.',
    );
  });
});

describe('a load that was stopped before a Pod had ended', () => {
  const told = async (stopMs: number, spec: Parameters<typeof podOf>[2] = {}): Promise<string | undefined> =>
    message(
      await analyzeShutdown(
        [podOf('a', 100, spec), podOf('b', 100), podOf('a', 1010, spec, 'MODIFIED', { deleting: true })],
        {
          frame: [
            s.phase('disrupt', 999),
            s.action('a', 'requested', 1000),
            s.action('a', 'accepted', 1004),
            s.phase('stop-load', stopMs),
            s.phase('clean-up', stopMs + 100),
          ],
        },
      ),
      'not-ended',
    );
  const START = 'The load was stopped before web-a had ended: what fails at its end could not be seen.';

  it('should have gone on for the rest of the grace period, which is told', async () => {
    expect(await told(21_000, { graceSeconds: 60 })).toBe(
      `${START} Its grace period of 60 s was not over: raise timing.recoverTimeoutMs to 61000 or more.`,
    );
  });

  it('counts the grace period that the API server wrote down, where it is another one', async () => {
    const given = { graceSeconds: 5, metadata: { deletionGracePeriodSeconds: 60 } };
    expect(await told(21_000, given)).toContain('Its grace period of 60 s was not over');
  });

  it('is not to be helped by a longer wait where the grace period was over', async () => {
    const held = { graceSeconds: 5, metadata: { finalizers: ['example.com/keep'] } };
    expect(await told(21_000, held)).toBe(
      `${START} Its grace period of 5 s had been over for 15.0 s. It has finalizers: example.com/keep.`,
    );
  });

  it('is not to be helped by a longer wait where nobody had told the Pod to end', async () => {
    const analyzed = await analyzeShutdown([podOf('a', 100), podOf('b', 100)], { frame: ACCEPTED });
    expect(message(analyzed, 'not-ended')).toBe(`${START} Until then nothing had told web-a to end.`);
  });
});
