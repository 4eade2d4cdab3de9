import fc from 'fast-check';

import type { RequestRecord } from '../../../../../../src/model/request-record.ts';
import { scene as s } from '../../write-scene.ts';
import { clientReset, closedByPod, connectionTo, opened, PORT, rowOf, SEEN } from '../connection.ts';
import { deletion, dying } from '../going.ts';
import { keptMs, mostly } from '../numbers.ts';
import { storyIn, type Story } from '../story.ts';
import { word } from '../words.ts';

const ENDS: Readonly<
  Record<'silence' | 'router' | 'successor', { row: Partial<RequestRecord>; afterMs: number }>
> = {
  silence: { row: { outcome: 'response-timeout', errorCode: null }, afterMs: 2000 },
  router: { row: { outcome: 'reset', errorCode: 'EHOSTUNREACH' }, afterMs: 900 },
  successor: { row: { outcome: 'reset', errorCode: 'ECONNRESET' }, afterMs: 0.6 },
};

/**
 * Its Pod vanished and could tell nobody: a kept-alive connection of which the client still thinks that it stands. Nobody
 * answers, a router does, or the Pod that has the address now.
 */
export const halfOpen = fc
  .record({
    ...{ going: dying, keptMs, later: mostly(4, 300, 3000), silent: fc.boolean() },
    answer: fc.constantFrom('silence', 'router', 'successor'),
  })
  .map(({ going, keptMs: age, later, silent, answer }): Story => {
    const start = going.releasedMs + 20 + later;
    const { row, afterMs } = ENDS[answer];
    const connection = connectionTo('a', start, start + afterMs, age, going.toldMs - 10);
    const what = `a kept-alive connection to a Pod that had vanished without a word (${answer})`;
    return storyIn(
      deletion(going),
      { what, truth: ['half-open-connection'], connection, request: rowOf(connection, row) },
      [
        ...opened(connection),
        // What it sent at its end never came to the client.
        ...(silent ? [] : closedByPod(connection, going.exitMs + 0.12, 'fin').slice(0, 1)),
        ...(answer === 'successor'
          ? [
              word.networkUp('a', going.releasedMs + 10),
              s.podReset('a', SEEN, 'NO_SOCKET', start + 0.2),
              ...clientReset(PORT, 'ESTABLISHED', start + 0.4),
            ]
          : []),
      ],
    );
  });
