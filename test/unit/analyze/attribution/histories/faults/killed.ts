import fc from 'fast-check';

import type { RequestRecord } from '../../../../../../src/model/request-record.ts';
import { scene as s } from '../../write-scene.ts';
import { closedByPod, connectionTo, opened, rowOf, SEEN } from '../connection.ts';
import { closedMs, deletion, dying, graceful } from '../going.ts';
import { ageMs, mostly } from '../numbers.ts';
import { storyIn, type Story } from '../story.ts';
import { toNs } from '../words.ts';

/** How long a process had had the request, ms. */
const had = mostly(1.5, 30, 400);

/** How the client learns that a connection with a request on it was closed by its Pod. */
export function endedBy(how: 'fin' | 'unread', began = false): Partial<RequestRecord> {
  if (began) return { outcome: 'truncated', errorCode: how === 'fin' ? null : 'ECONNRESET' };
  return how === 'fin'
    ? { outcome: 'closed-early', errorCode: null }
    : { outcome: 'reset', errorCode: 'ECONNRESET' };
}

/** A process that has read the request is killed, or dies of SIGTERM. */
export const killedInHand = fc
  .record({ going: dying, ageMs, had, how: fc.constantFrom('fin', 'unread'), began: fc.boolean() })
  .map(({ going, ageMs: age, had: ms, how, began }): Story => {
    const start = going.exitMs - ms;
    const connection = connectionTo('a', start, going.exitMs + 0.7, age);
    const first = began ? { firstByteNs: toNs(start + ms / 2), status: 200, pod: 'web-a' } : {};
    const request = rowOf(connection, { ...endedBy(how, began), ...first });
    const what = `a process that had the request was killed (${how})`;
    return storyIn(deletion(going), { what, truth: ['killed-in-flight'], connection, request }, [
      ...opened(connection),
      ...closedByPod(connection, going.exitMs + 0.12, how, { readMs: start + 0.3 }),
    ]);
  });

/** An app that exits gracefully, as it thinks, with the request in hand. */
export const exitedInHand = fc
  .record({ going: graceful, ageMs, had })
  .map(({ going, ageMs: age, had: ms }): Story => {
    const start = age === null ? Math.min(going.exitMs - ms, closedMs(going) - 0.5) : going.exitMs - ms;
    const connection = connectionTo('a', start, going.exitMs + 0.7, age, closedMs(going));
    const world = deletion(going);
    const events = world.events.filter((event) => event.type !== 'app-stamp' || event.stamp !== 'drained');
    const request = rowOf(connection, endedBy('fin'));
    return storyIn(
      { ...world, events },
      { what: 'the app exited with the request in hand', truth: ['killed-in-flight'], connection, request },
      [
        ...opened(connection),
        ...closedByPod(connection, going.exitMs + 0.12, 'fin', { readMs: start + 0.3 }),
      ],
    );
  });

/** An upload is cut: what was there had been read, the rest of the body is refused. */
export const uploadCut = fc
  .record({
    going: dying,
    ageMs,
    had,
    rest: mostly(0.05, 2, 6),
    why: fc.constantFrom('TCP_ABORT_ON_DATA', 'NO_SOCKET'),
  })
  .map(({ going, ageMs: age, had: ms, rest, why }): Story => {
    const refusedMs = Math.min(going.exitMs + 0.12 + rest, going.releasedMs - 2);
    const connection = connectionTo('a', going.exitMs - ms, refusedMs + 0.5, age);
    const request = rowOf(connection, { ...endedBy('unread'), method: 'POST' });
    const readMs = going.exitMs - lately(ms);
    return storyIn(
      deletion(going),
      {
        what: 'an upload was cut by the end of its process',
        truth: ['killed-in-flight'],
        connection,
        request,
      },
      [
        ...opened(connection),
        ...closedByPod(connection, going.exitMs + 0.12, 'fin', { readMs }),
        s.podReset('a', SEEN, why, refusedMs),
      ],
    );
  });

/** It read on until shortly before its end. */
const lately = (ms: number): number => Math.min(ms / 3, 5);
