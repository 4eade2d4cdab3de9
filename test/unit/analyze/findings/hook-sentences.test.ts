import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import { describeMilestone } from '../../../../src/report/describe-milestone.ts';
import { aboutStrategy, analyzeShutdown, container, exec, podOf, step } from './analyze-shutdown.ts';
import { scene as s } from '../attribution/write-scene.ts';

type Events = readonly NewHistoryEvent[];

const hooked = (preStop: Readonly<Record<string, unknown>>, graceSeconds = 30): NewHistoryEvent =>
  podOf('a', 100, { containers: [container('app', preStop)], graceSeconds });

const said = async (events: Events, strategy = {}): Promise<Readonly<Record<string, string>>> => {
  const found = aboutStrategy(
    await analyzeShutdown([podOf('b', 100), step.facts('a'), ...events], { strategy }),
  );
  return Object.fromEntries(Object.entries(found).map(([code, { message }]) => [code, message]));
};

const signalContract = async (events: Events): Promise<readonly string[]> => {
  const { contracts } = await analyzeShutdown([step.facts('a'), ...events]);
  return contracts
    .filter(({ contract }) => contract === 'signal-after-prestop')
    .map(({ state, message }) => `${state}: ${message}`);
};

/** A hook that hangs: the kubelet gives it up, stops the container, and calls the hook failed when it is killed. */
const CUT: Events = [
  hooked(exec('sleep', '999'), 8),
  step.kubelet('a', 'termination-started', 1008),
  step.kubelet('a', 'prestop-started', 1009),
  step.kubelet('a', 'prestop-overran', 9011, 'app', 8),
  step.kubelet('a', 'stop-requested', 9011, 'app', 2),
  step.signal('a', 15, 9022),
  step.exit('a', 9027),
  step.ended('a', 0, 9039),
  step.kubelet('a', 'prestop-failed', 9038),
  step.hookFailed('a', 9049),
];

/** A hook that asks the app to leave, and waits: its exec is cut off when process 1 ends. */
const OUTLIVED: Events = [
  hooked(exec('sh', '-c', 'sleep 3; kill -TERM 1; sleep 600')),
  step.kubelet('a', 'termination-started', 1007),
  step.kubelet('a', 'prestop-started', 1008),
  step.exit('a', 4232),
  step.ended('a', 0, 4237),
  step.kubelet('a', 'prestop-failed', 4468),
  step.kubelet('a', 'prestop-ended', 4468.1),
  step.kubelet('a', 'stop-requested', 4468.2, 'app', 27),
  step.hookFailed('a', 4483),
];

/** A hook whose program is not there: the stop signal follows at once. */
const FAILED: Events = [
  hooked(exec('drain', '--now')),
  step.kubelet('a', 'prestop-started', 1010),
  step.kubelet('a', 'prestop-failed', 1022),
  step.kubelet('a', 'prestop-ended', 1022.1),
  step.kubelet('a', 'stop-requested', 1022.2, 'app', 30),
  step.signal('a', 15, 1031),
  step.exit('a', 1040),
  step.hookFailed('a', 1050),
];

describe('a hook that the grace period cuts off', () => {
  it('is not called failed, and the end of its app is what was measured, not what is usual', async () => {
    expect(await said(CUT)).toEqual({
      'preflight-sleep-exceeds-grace':
        'preStop of container “app” sleeps 999 s, of a grace period of 8 s: nothing of it is left for the app, which gets 2 s to end. Measured: it was cut off after 8.01 s in 1 Pod; the stop signal came 8.02 s after the delete. Then the container ended by itself (code 0), 5.0 ms after the stop signal.',
    });
  });

  it('is told of a SIGKILL only where one was seen', async () => {
    const killed = [
      ...CUT.filter(({ type }) => type !== 'process-exit' && type !== 'runtime'),
      step.signal('a', 9, 11_022),
      step.exit('a', 11_023),
    ];
    const { 'preflight-sleep-exceeds-grace': message } = await said(killed);
    expect(message).toMatch(/Then SIGKILL ended the container, 2\.00 s after the stop signal\.$/);
  });

  it('is known also where its script does not say how long it takes', async () => {
    const drains = [hooked(exec('/drain'), 8), ...CUT.slice(1)];
    expect(await said(drains)).toEqual({
      'preflight-prestop-cut-off':
        'The preStop hook of container “app” was cut off after 8.01 s in 1 Pod: it had not ended when the grace period of 8 s was over; the stop signal came 8.02 s after the delete. Then the container ended by itself (code 0), 5.0 ms after the stop signal.',
    });
  });

  it('is known by the stop signal at the end of the grace period where no kubelet’s log was read', async () => {
    const unread = [hooked(exec('/drain'), 8), ...CUT.filter(({ type }) => type !== 'kubelet').slice(1)];
    expect(Object.keys(await said(unread))).toEqual(['preflight-prestop-cut-off']);
  });

  it('keeps the contract, which does not say that it had ended', async () => {
    expect(await signalContract(CUT)).toEqual([
      'held: The stop signal came 11 ms after the preStop hook was given up: the grace period was over.',
    ]);
    const close = CUT.map((event) => (event.type === 'signal-sent' ? step.signal('a', 15, 9011.2) : event));
    expect(await signalContract(close)).toEqual([
      'held: The stop signal came as the preStop hook was given up: the grace period was over.',
    ]);
  });

  it('is a milestone that says so', async () => {
    const { milestones } = await analyzeShutdown([step.facts('a'), ...CUT]);
    const ended = milestones.find(({ name }) => name === 'prestop-ended');
    expect(ended && describeMilestone(ended)).toBe(
      'the preStop hook of app in web-a was given up: the grace period was over',
    );
  });
});

describe('a hook that ends with its container', () => {
  it('is not accused, whatever the kubelet calls it', async () => {
    expect(await said(OUTLIVED)).toEqual({
      'preflight-prestop-outlived':
        'Container “app” ended by itself (code 0), 3.23 s after the delete, while its preStop hook still ran (1 Pod): no stop signal was needed, and the hook ended with it.',
    });
  });

  it('has no contract to keep about a stop signal that was not needed', async () => {
    expect(await signalContract(OUTLIVED)).toEqual([]);
  });

  it('is not said to have ended by itself where something killed it', async () => {
    const oom = OUTLIVED.map((event) => (event.type === 'runtime' ? step.ended('a', 137, 4237) : event));
    const { 'preflight-prestop-outlived': message } = await said(oom);
    expect(message).toMatch(/^Container “app” ended \(code 137: SIGKILL\), 3\.23 s after the delete/);
  });

  it('cannot be told from one that failed where only an Event tells, which comes later', async () => {
    const unread = [OUTLIVED[0] ?? hooked(exec('x')), step.exit('a', 4232), step.hookFailed('a', 4483)];
    const { 'preflight-prestop-failed': message } = await said(unread);
    expect(message).toContain(
      'did not come to its end in 1 Pod (FailedPreStopHook): it failed, or was cut off, which cannot be told apart here.',
    );
  });
});

describe('a hook that fails by itself', () => {
  it('is said to have delayed nothing, with the time of the stop signal that was measured', async () => {
    expect(await said(FAILED)).toEqual({
      'preflight-prestop-failed':
        'The preStop hook of container “app” failed in 1 Pod (FailedPreStopHook): it delayed nothing from then on; the stop signal came 31 ms after the delete. Is “drain” in the image? The hook runs “drain --now”.',
    });
  });

  it('and ran for some seconds is reported with the later time of the stop signal', async () => {
    const late = FAILED.map((event): NewHistoryEvent =>
      event.type === 'object' && event.kind === 'Pod' ? event : { ...event, atNs: event.atNs + 4e9 },
    );
    const { 'preflight-prestop-failed': message } = await said(late);
    expect(message).toContain('the stop signal came 4.03 s after the delete');
  });

  it('names the missing program, the PATH it is not on, where one is, and what needs none', async () => {
    const missing = (more: Readonly<Record<string, unknown>>): NewHistoryEvent =>
      step.facts('a', 'app', { missingPrograms: ['sleep'], ...more });
    const [, ...rest] = FAILED;
    const pod = hooked(exec('sleep', '5'));
    const told = async (facts: NewHistoryEvent) =>
      aboutStrategy(await analyzeShutdown([facts, pod, ...rest]))['preflight-prestop-program-missing']
        ?.message;
    expect(
      await told(missing({ searchedPath: '/usr/local/bin', programsElsewhere: { sleep: '/bin/sleep' } })),
    ).toBe(
      'The preStop hook of container “app” runs “sleep 5”, but “sleep” cannot be found in the container on its PATH (/usr/local/bin); there is /bin/sleep. Measured: it failed in 1 Pod; the stop signal came 31 ms after the delete. A native sleep (preStop.sleep) needs no program of the image.',
    );
    expect(await told(missing({}))).toContain('but “sleep” cannot be found in the container. Measured:');
    const byPath = step.facts('a', 'app', {
      missingPrograms: ['/usr/bin/sleep'],
      searchedPath: '/usr/local/bin',
      programsElsewhere: {},
    });
    expect(await told(byPath)).toContain('but “/usr/bin/sleep” cannot be found in the container. Measured:');
  });
});

describe('a hook of whose end more than one Pod tells', () => {
  it('is spoken of once for each way in which it ended', async () => {
    const other = (events: Events): Events =>
      events.map((event): NewHistoryEvent => {
        if (event.type === 'kubelet') return { ...event, podUid: 'uid-b', node: 'node2' };
        return event.type === 'signal-sent' || event.type === 'process-exit'
          ? { ...event, pid: 300, container: { podUid: 'uid-b', containerId: 'cb' } }
          : event;
      });
    const pod = { containers: [container('app', exec('/drain'))], graceSeconds: 8 };
    const found = aboutStrategy(
      await analyzeShutdown(
        [
          step.facts('a'),
          { ...step.facts('b'), pid: 300 } as NewHistoryEvent,
          podOf('a', 100, pod),
          podOf('b', 100, pod),
          ...CUT.slice(1),
          ...other(FAILED.filter(({ type }) => type !== 'object')),
        ],
        {
          record: {
            victims: [
              { name: 'web-a', uid: 'uid-a', node: 'node1', podIP: '198.18.0.2' },
              { name: 'web-b', uid: 'uid-b', node: 'node2', podIP: '198.18.1.2' },
            ],
          },
        },
      ),
    );
    expect(found['preflight-prestop-cut-off']?.message).toContain('was cut off after 8.01 s in 1 Pod');
    expect(found['preflight-prestop-failed']?.message).toContain('failed in 1 Pod (FailedPreStopHook)');
  });

  it('counts neither what the clean-up did to the Pods that stayed nor what it did to their hooks', async () => {
    const tidied = [
      hooked(exec('sleep', '5')),
      podOf('b', 100, { containers: [container('app', exec('sleep', '5'))] }),
      step.kubelet('b', 'prestop-started', 61_200),
      step.kubelet('b', 'prestop-overran', 62_200, 'app', 1),
      step.kubelet('b', 'prestop-failed', 62_600),
      step.hookFailed('b', 62_700),
    ];
    expect(await said(tidied)).toEqual({});
  });
});

describe('a sleep that the grace period would cut off', () => {
  it('is foretold where nothing was measured, without an end that nobody saw', async () => {
    const undisturbed = await analyzeShutdown([hooked({ sleep: { seconds: 40 } })], {
      frame: [s.phase('baseline', 600), s.phase('stop-load', 4000), s.phase('clean-up', 4100)],
      record: { victims: [] },
    });
    expect(aboutStrategy(undisturbed)['preflight-sleep-exceeds-grace']?.message).toBe(
      'preStop of container “app” sleeps 40 s, of a grace period of 30 s: nothing of it is left for the app, which gets 2 s to end.',
    );
  });

  it('is not foretold where the hook was seen to end long before', async () => {
    const early = [
      hooked(exec('sh', '-c', 'test -f /never && sleep 600; true')),
      step.kubelet('a', 'prestop-started', 1008),
      step.kubelet('a', 'prestop-ended', 1060),
      step.signal('a', 15, 1070),
      step.exit('a', 1080),
    ];
    expect(await said(early)).toEqual({});
  });

  it('and a drain that does not fit are held against how the container ended', async () => {
    const drain = { shutdown: { mode: 'drain', drainSeconds: 8 } };
    const ended = [
      hooked({ sleep: { seconds: 5 } }, 10),
      step.kubelet('a', 'prestop-started', 1008),
      step.kubelet('a', 'prestop-ended', 6008),
      step.signal('a', 15, 6015),
    ];
    const told = async (...more: Events) =>
      (await said([...ended, ...more], drain))['preflight-grace-too-short'];
    expect(await told(step.signal('a', 9, 11_015), step.exit('a', 11_016))).toMatch(
      /more than the grace period of 10 s\. Then SIGKILL ended the container, 5\.00 s after the stop signal\.$/,
    );
    expect(await told(step.exit('a', 6400))).toMatch(
      /Then the container ended by itself, 385 ms after the stop signal\.$/,
    );
    expect(await told()).toMatch(/How the container ended was not seen\.$/);
  });
});

describe('evidence about the end of a hook', () => {
  /** What is true of each history, and what may be said of it with less evidence. */
  const truths: readonly (readonly [string, Events, string])[] = [
    ['was cut off', CUT.with(0, hooked(exec('/drain'), 8)), 'preflight-prestop-cut-off'],
    ['ended with its container', OUTLIVED.with(0, hooked(exec('/quit'))), 'preflight-prestop-outlived'],
    ['failed', FAILED, 'preflight-prestop-failed'],
  ];

  it.each(truths)(
    'may be missing for a hook that %s, which only makes the finding less sure',
    async (_, events, truth) => {
      const [pod, ...steps] = events;
      await fc.assert(
        fc.asyncProperty(fc.subarray([...steps]), async (seen) => {
          const found = await said([...(pod === undefined ? [] : [pod]), ...seen]);
          for (const [code, message] of Object.entries(found)) {
            const unsure = message.includes('cannot be told apart here');
            expect(unsure || code === truth, `${code}: ${message}`).toBe(true);
          }
        }),
        { numRuns: 300 },
      );
    },
  );
});
