import fc from 'fast-check';

import { scene as s } from '../../write-scene.ts';
import { closedByPod, connectionTo, opened, PORT, rowOf, SEEN } from '../connection.ts';
import { anyGoing, deletion, routedUntil } from '../going.ts';
import { between, mostly } from '../numbers.ts';
import { storyIn, type Story } from '../story.ts';
import { TIMED_OUT, unanswered } from './silent.ts';

/** A Pod that stays is so busy that its queue is full and SYNs are dropped. */
export const fullQueue = fc.tuple(anyGoing, between(600, 4000)).map(([going, start]): Story => {
  const connection = connectionTo('b', start, start + 2000, null);
  const request = rowOf(connection, TIMED_OUT);
  return storyIn(
    deletion(going),
    { what: 'the queue of a Pod that stays was full', truth: ['overload'], connection, request },
    [s.sent('b', PORT, SEEN, start + 0.05), ...unanswered(connection)],
  );
});

/** It was established, and waited in the queue of a listener that then closed. */
export const droppedFromQueue = fc.tuple(anyGoing, mostly(0.3, 20, 300)).map(([going, waited]): Story => {
  const { listenerClosedMs, toldMs } = going;
  const start = Math.max(listenerClosedMs - waited, 520);
  const connection = connectionTo('a', start, listenerClosedMs + 0.6, null);
  const request = rowOf(connection, { outcome: 'reset', errorCode: 'ECONNRESET' });
  // Sent before the Pod was going, it was not sent to one that no longer listened.
  const truth = [
    'listener-closed-still-routed',
    ...(start < toldMs ? (['killed-in-flight'] as const) : []),
  ] as const;
  return storyIn(
    deletion(routedUntil(going, start + 4)),
    { what: 'waited to be accepted when the listener closed', truth, connection, request },
    [...opened(connection), ...closedByPod(connection, listenerClosedMs + 0.02, 'unaccepted')],
  );
});
