import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import { PODS, scene as s } from '../../write-scene.ts';
import { connectionTo, opened, refusedBy, rowOf } from '../connection.ts';
import { before, theTail } from '../going.ts';
import { between } from '../numbers.ts';
import { FOREVER, storyIn, type Story, type World } from '../story.ts';
import { but, PID, word } from '../words.ts';
import { answered, named } from './errors.ts';

const OLD = { pod: 'a', pid: PID.a, comm: 'node' } as const;
const RENEWED = { ...OLD, pid: 170, containerId: 'ca2' };

/** The app's container is killed and starts anew in the same Pod: it does not listen yet, or warms up. */
export const restarted = fc
  .record({
    ...{ again: between(1100, 1800), listens: between(20, 600), warms: fc.boolean() },
    ...{ part: between(0.05, 0.95), runtimeSignals: fc.boolean(), named },
  })
  .map(({ again, listens, warms, part, runtimeSignals, named: isNamed }): Story => {
    const start = warms ? again + listens + part * 400 : again + part * listens;
    const connection = connectionTo('a', start, start + Math.min(1, warms ? 1 : (1 - part) * listens), null);
    const request = warms ? answered(connection, 503, isNamed) : rowOf(connection, {});
    const what = `a container had been killed, had started anew and ${warms ? 'warmed up' : 'did not listen yet'}`;
    return storyIn(
      killedAndBack(again, again + listens, runtimeSignals),
      { what, truth: ['replacement-not-ready'], connection, request },
      warms ? opened(connection) : refusedBy(connection),
    );
  });

function killedAndBack(againMs: number, listensMs: number, runtimeSignals: boolean): World {
  const init = { ...RENEWED, comm: 'runc:[2:INIT]' };
  const events = [
    ...before(),
    asKill(s.action('a', 'requested', 1000)),
    asKill(s.action('a', 'accepted', 1004)),
    word.signal(OLD, 9, 'drainbench', 1002),
    word.exit(OLD, 1002.1),
    but(s.listener('a', 'CLOSE', 1002.2), { pid: PID.a }),
    word.runtime('a', '/tasks/exit', 1003, { exitStatus: 137 }),
    ...(runtimeSignals ? [word.signal(init, 33, 'runc:[2:INIT]', againMs - 3, RENEWED)] : []),
    word.runtime('a', '/tasks/start', againMs, { containerId: 'ca2', pid: RENEWED.pid }),
    renewed(s.pod('MODIFIED', 'a', againMs + 30, { ready: true })),
    but(s.listener('a', 'LISTEN', listensMs), {
      ...{ container: { podUid: PODS.a.uid, containerId: 'ca2' }, pid: RENEWED.pid },
    }),
    ...theTail(),
  ];
  return { events, others: [], runsUntil: { b: FOREVER }, toldMs: null, disruption: 'kill-container' };
}

const asKill = (event: NewHistoryEvent): NewHistoryEvent => but(event, { action: 'kill-container' });

/** With the new container's id in its status. */
function renewed(event: NewHistoryEvent): NewHistoryEvent {
  const text = JSON.stringify(event).replaceAll('containerd://ca"', 'containerd://ca2"');
  return JSON.parse(text) as NewHistoryEvent;
}
