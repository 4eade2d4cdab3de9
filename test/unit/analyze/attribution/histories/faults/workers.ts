import fc from 'fast-check';

import { scene as s, type PodKey } from '../../write-scene.ts';
import { closedByPod, connectionTo, opened, rowOf } from '../connection.ts';
import { anyGoing, deletion, dying, nobodyGoes } from '../going.ts';
import { ageMs, between, mostly } from '../numbers.ts';
import { FOREVER, storyIn, type Story } from '../story.ts';
import { but, PID, word } from '../words.ts';
import { endedBy } from './killed.ts';

const had = mostly(1.5, 30, 400);
const worker = (pod: PodKey) => ({ pod, pid: 150, comm: 'gunicorn' });

/** Process 1 kills the worker that has the request, and stays. */
export const workerKilled = fc
  .record({ going: anyGoing, ageMs, had, at: between(700, 3000) })
  .map(({ going, ageMs: age, had: ms, at }): Story => {
    const connection = connectionTo('b', at - ms, at + 0.7, age);
    const request = rowOf(connection, endedBy('fin'));
    return storyIn(
      deletion(going),
      {
        what: 'process 1 killed the worker that had the request',
        truth: ['killed-in-flight'],
        connection,
        request,
      },
      [
        ...opened(connection),
        word.signal(worker('b'), 9, 'gunicorn', at - 0.1, { pid: PID.b }),
        word.exit(worker('b'), at),
        ...closedByPod(connection, at + 0.1, 'fin', { pid: 150, readMs: at - ms + 0.3 }),
      ],
    );
  });

/** Process 1 of a going Pod ends, and the kernel kills the worker that has the request along with it. */
export const killedWithFirst = fc
  .record({ going: dying, ageMs, had })
  .map(({ going, ageMs: age, had: ms }): Story => {
    const { exitMs } = going;
    const connection = connectionTo('a', exitMs - ms, exitMs + 0.9, age);
    const request = rowOf(connection, endedBy('fin'));
    const kill = word.signal(worker('a'), 9, 'node', exitMs + 0.05, { pid: PID.a });
    return storyIn(
      deletion(going),
      { what: 'the worker was killed with process 1', truth: ['killed-in-flight'], connection, request },
      [
        ...opened(connection),
        but(kill, { siCode: 128 }),
        word.exit(worker('a'), exitMs + 0.1),
        ...closedByPod(connection, exitMs + 0.2, 'fin', { pid: 150, readMs: exitMs - ms + 0.3 }),
      ],
    );
  });

/** The app of a Pod that nobody deletes ends: by a crash, for want of memory, or its liveness probe has it killed. */
export const crashed = fc
  .record({ ageMs, had, at: between(1100, 3000), by: fc.constantFrom('itself', 'memory', 'liveness') })
  .map(({ ageMs: age, had: ms, at, by }): Story => {
    const app = { pod: 'a', pid: PID.a, comm: 'node' } as const;
    const connection = connectionTo('a', at - ms, at + 0.7, age);
    const request = rowOf(connection, endedBy('fin'));
    const why = {
      itself: [],
      memory: [word.outOfMemory(app, at - 0.4), but(word.signal(app, 9, 'node', at - 0.3), { siCode: 128 })],
      liveness: [
        word.kubelet('a', 'probe-failed', at - 6, { subject: 'Liveness' }),
        word.kubelet('a', 'stop-requested', at - 4, { graceSeconds: 30 }),
        word.signal(app, 15, 'runc', at - 0.2),
      ],
    }[by];
    const exitStatus = { itself: 1, memory: 137, liveness: 143 }[by];
    return storyIn(
      { ...nobodyGoes(), runsUntil: { a: at, b: FOREVER } },
      {
        what: `the app was ended by ${by} with the request in hand`,
        truth: ['killed-in-flight'],
        connection,
        request,
      },
      [
        ...opened(connection),
        ...why,
        word.exit(app, at),
        word.runtime('a', '/tasks/exit', at + 1, { exitStatus }),
        but(s.listener('a', 'CLOSE', at + 0.1), { pid: PID.a }),
        ...closedByPod(connection, at + 0.12, 'fin', { readMs: at - ms + 0.3 }),
      ],
    );
  });
