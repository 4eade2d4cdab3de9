import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import { scene as s } from '../../write-scene.ts';
import { connectionTo, opened, refusedBy, rowOf } from '../connection.ts';
import { anyGoing, deletion, type Going } from '../going.ts';
import { between, mostly } from '../numbers.ts';
import { FOREVER, storyIn, type Story, type World } from '../story.ts';
import { but, PID, word } from '../words.ts';
import { answered, named } from './errors.ts';

/** A new Pod is in rotation before it listens. */
export const notListening = fc
  .record({
    going: anyGoing,
    routed: between(1250, 2000),
    later: between(4, 300),
    still: mostly(0.3, 20, 500),
  })
  .map(({ going, routed, later, still }): Story => {
    const connection = connectionTo('c', routed + later, routed + later + 0.6, null);
    const request = rowOf(connection, {});
    return storyIn(
      replaced(going, connection.endMs + still, routed),
      {
        what: 'refused by a new Pod that did not listen yet',
        truth: ['replacement-not-ready'],
        connection,
        request,
      },
      refusedBy(connection),
    );
  });

/** A new Pod is in rotation and still warms up. */
export const warmingUp = fc
  .record({ going: anyGoing, routed: between(1250, 2000), later: between(4, 200), named })
  .map(({ going, routed, later, named: isNamed }): Story => {
    const connection = connectionTo('c', routed + later, routed + later + 2, null);
    const request = answered(connection, 503, isNamed);
    return storyIn(
      replaced(going, routed - 60, routed),
      {
        what: 'a new Pod answered 503 while it warmed up',
        truth: ['replacement-not-ready'],
        connection,
        request,
      },
      opened(connection),
    );
  });

/** `a` goes and `c` comes. */
function replaced(going: Going, listensMs: number, routedMs: number): World {
  const world = deletion(going);
  const comes: readonly NewHistoryEvent[] = [
    s.pod('ADDED', 'c', 1012),
    word.networkUp('c', 1150),
    word.runtime('c', '/tasks/start', 1160),
    s.pod('MODIFIED', 'c', 1200),
    but(s.listener('c', 'LISTEN', listensMs), { pid: PID.c }),
    s.pod('MODIFIED', 'c', routedMs - 20, { ready: true }),
    s.route('node1', 'added', 'c', routedMs),
    s.route('node2', 'added', 'c', routedMs + 20),
  ];
  return { ...world, events: [...world.events, ...comes], runsUntil: { ...world.runsUntil, c: FOREVER } };
}
