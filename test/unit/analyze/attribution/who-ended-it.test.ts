import { describe, expect, it } from 'vitest';

import { NS_PER_MS } from '../../../../src/model/duration.ts';
import type { NewHistoryEvent, SignalEvent } from '../../../../src/model/history-event.ts';
import { failed } from '../build-history.ts';
import { attributeScene } from './attribute-scene.ts';
import { numbered, PODS, scene as s } from './write-scene.ts';

const ms = (value: number): number => Math.round(value * NS_PER_MS);
const PORT = 40_001;
const SEEN = 51_234;
const CONTAINER = { podUid: PODS.a.uid, containerId: PODS.a.containerId };

/** A request that Pod `a` had read at 1020, and whose connection the end of a process closed at `endAt`. */
async function because(
  events: readonly NewHistoryEvent[],
  endAt: number,
  pid = 100,
): Promise<{ readonly because: string; readonly told: readonly string[] }> {
  const closed = s.closedAfterRead('a', SEEN, 'FIN_WAIT1', 1020.4, endAt);
  const all = [
    s.pod('LISTED', 'a', 100, { ready: true }),
    s.pod('LISTED', 'b', 100, { ready: true }),
    s.facts('a', 130),
    s.phase('disrupt', 999),
    s.action('a', 'requested', 1000),
    s.auditDelete('a', 1001),
    s.action('a', 'accepted', 1004),
    s.sent('a', PORT, SEEN, 1020.1),
    s.socket('a', SEEN, 'SYN_RECV', 'ESTABLISHED', 1020.2),
    { ...closed, pid } as NewHistoryEvent,
    ...events,
    s.phase('stop-load', 90_000),
    s.phase('clean-up', 90_100),
  ];
  const record = failed(1, 1020, {
    ...{ clientPort: PORT, outcome: 'closed-early', errorCode: null, endNs: ms(endAt + 0.3) },
  });
  const found = await attributeScene(numbered(all), record);
  expect([found.cause, found.confidence]).toEqual(['killed-in-flight', 'certain']);
  return { because: found.because, told: found.evidence.map(({ what }) => what) };
}

function signal(at: number, changes: Partial<SignalEvent>): NewHistoryEvent {
  return { ...(s.signal('a', 9, at) as NewHistoryEvent & { type: 'signal-sent' }), ...changes };
}

function exit(at: number, pid = 100, comm = 'node'): NewHistoryEvent {
  return { ...(s.exit('a', at) as NewHistoryEvent & { type: 'process-exit' }), pid, comm };
}

function stopRequested(at: number, graceSeconds: number): NewHistoryEvent {
  return {
    ...{ type: 'kubelet', node: 'node1', step: 'stop-requested', podUid: PODS.a.uid, container: 'app' },
    ...{ subject: null, graceSeconds, atNs: ms(at), uncertaintyNs: ms(1), source: 'kubelet' },
  };
}

function runtimeExit(at: number, exitStatus: number): NewHistoryEvent {
  return {
    ...{ type: 'runtime', node: 'node1', topic: '/tasks/exit', container: CONTAINER, sandbox: false },
    ...{ exitStatus, execId: null, pid: 100, atNs: ms(at), uncertaintyNs: ms(50), source: 'runtime' },
  };
}

describe('a request that a process had when it ended', () => {
  it('says that the kubelet killed it at the end of the grace period, and with which code', async () => {
    const found = await because(
      [
        stopRequested(1025, 2),
        s.signal('a', 15, 1030),
        s.signal('a', 9, 3030),
        exit(3030.2),
        runtimeExit(3040, 137),
      ],
      3030.4,
    );
    expect(found.because).toBe(
      'the connection to web-a was open when the kubelet killed its process when its grace period was over, 2 s after it was asked to stop, exit code 137',
    );
    expect(found.told).toContain('runc sent it SIGKILL');
  });

  it('says that it ended by itself, how long after its signal, and how much grace was left', async () => {
    const found = await because(
      [stopRequested(1025, 30), s.signal('a', 15, 1030), exit(1040), runtimeExit(1045, 0)],
      1040.2,
    );
    expect(found.because).toContain(
      'when its process ended by itself 10 ms after SIGTERM, exit code 0; 29 s of its grace period were left',
    );
  });

  it('says that it ended by itself where nobody had told it to', async () => {
    const found = await because([exit(1040), runtimeExit(1045, 1)], 1040.2);
    expect(found.because).toContain('ended by itself, told by nobody that was seen, exit code 1');
  });

  it('says that process 1 of the same container killed a worker', async () => {
    const found = await because(
      [
        signal(1040, { pid: 150, comm: 'gunicorn', senderComm: 'gunicorn', senderPid: 100, siCode: 0 }),
        exit(1040.1, 150),
      ],
      1040.2,
      150,
    );
    expect(found.because).toContain('when process 1 of the container (gunicorn) killed its process');
  });

  it('says that the kernel killed a child because process 1 had ended, and what that had been told', async () => {
    const found = await because(
      [
        s.signal('a', 15, 1030),
        exit(1031, 100, 'sh'),
        signal(1031.1, { pid: 150, senderComm: 'sh', senderPid: 100, siCode: 128 }),
        exit(1031.3, 150),
      ],
      1031.5,
      150,
    );
    expect(found.because).toContain(
      'when the kernel killed its process, because process 1 of the container had ended (which had been sent SIGTERM)',
    );
    expect(found.told).toContain('process 1 of the container ended (sh)');
  });

  it('says that its memory had run out', async () => {
    const oom: NewHistoryEvent = {
      ...{ type: 'oom-kill', pid: 100, container: CONTAINER },
      ...{ atNs: ms(1039.9), uncertaintyNs: 1000, source: 'kernel-trace' },
    };
    const killed = signal(1040, { senderComm: 'node', senderPid: 100, siCode: 128 });
    const found = await because([oom, killed, exit(1040.1)], 1040.2);
    expect(found.because).toContain('was killed because its memory had run out');
  });

  it('says that its liveness probe had failed', async () => {
    const probe: NewHistoryEvent = {
      ...{ type: 'kubelet', node: 'node1', step: 'probe-failed', podUid: PODS.a.uid, container: 'app' },
      ...{ subject: 'Liveness', atNs: ms(1035), uncertaintyNs: ms(1), source: 'kubelet' },
    };
    const found = await because([probe, s.signal('a', 9, 1040), exit(1040.1)], 1040.2);
    expect(found.because).toContain('the kubelet killed its process after its liveness probe had failed');
  });
});
