import fc from 'fast-check';

import { closedByClient, connectionTo, opened, rowOf } from '../connection.ts';
import { anyGoing, closedMs, deletion, graceful, nobodyGoes } from '../going.ts';
import { ageMs, between } from '../numbers.ts';
import { storyIn, type Story } from '../story.ts';
import { answered, named } from './errors.ts';

const SILENT = { outcome: 'response-timeout', errorCode: null } as const;

/** A Pod that stays is too slow, or says that it is too busy. */
export const tooBusy = fc
  .record({
    ...{ going: anyGoing, ageMs, start: between(620, 4000), named, calm: fc.boolean() },
    status: fc.constantFrom(null, 503, 429, 504),
  })
  .map(({ going, ageMs: age, start, status, named: isNamed, calm }): Story => {
    const connection = connectionTo('b', start, start + (status === null ? 4000 : 3), age);
    const request = status === null ? rowOf(connection, SILENT) : answered(connection, status, isNamed);
    return storyIn(
      calm ? nobodyGoes() : deletion(going),
      {
        what: `a Pod that stays was too busy (${status ?? 'silent'})`,
        truth: ['overload'],
        connection,
        request,
      },
      [
        ...opened(connection),
        ...(status === null ? closedByClient(connection, connection.endMs, start + 0.3) : []),
      ],
    );
  });

/** A Pod was too slow, and the client gave up; that it was going, and ended later, has nothing to do with it. */
export const slowBeforeItsEnd = fc
  .record({ going: graceful, ageMs, part: between(0.05, 0.95), took: between(300, 900) })
  .map(({ going, ageMs: age, part, took }): Story => {
    const end = going.toldMs - 60 + part * (going.exitMs - going.toldMs + 59);
    const start = age === null ? Math.min(end - took, closedMs(going) - 0.5) : end - took;
    const connection = connectionTo('a', start, end, age, closedMs(going));
    const request = rowOf(connection, SILENT);
    return storyIn(
      deletion(going),
      {
        what: 'a going Pod was too slow, and the client gave up first',
        truth: ['overload'],
        connection,
        request,
      },
      [...opened(connection), ...closedByClient(connection, end, start + 0.3)],
    );
  });
