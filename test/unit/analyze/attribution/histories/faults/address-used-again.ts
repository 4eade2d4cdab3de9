import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import { PODS, scene as s } from '../../write-scene.ts';
import { connectionTo, established, PORT, refusedBy, rowOf, SEEN } from '../connection.ts';
import { anyGoing, deletion, routedUntil } from '../going.ts';
import { between } from '../numbers.ts';
import { FOREVER, storyIn, type Connection, type Story } from '../story.ts';
import { but, toNs, word } from '../words.ts';
import { TIMED_OUT, unanswered } from './silent.ts';

/** The address is another Pod's already: one of which nobody knows, or the replacement, which is not routed yet. */
export const addressUsedAgain = fc
  .record({
    ...{ going: anyGoing, up: between(4, 80), later: between(4, 400), took: between(0.3, 3) },
    next: fc.constantFrom('nobody’s', 'the replacement’s'),
    answer: fc.constantFrom('refused', 'silent', 'foreign'),
  })
  .map(({ going, next, up, later, took, answer }): Story => {
    const start = going.releasedMs + up + later;
    const connection = connectionTo('a', start, start + (answer === 'silent' ? 2000 : took), null);
    const foreign = { outcome: 'http-error', status: 404, errorCode: null } as const;
    const row = {
      refused: {},
      silent: TIMED_OUT,
      foreign: { ...foreign, firstByteNs: toNs(connection.endMs) },
    }[answer];
    const sent = s.sent('a', PORT, SEEN, start + 0.05);
    const seen = {
      refused: refusedBy(connection),
      silent: [sent, ...unanswered(connection)],
      foreign: [sent, established('a', SEEN, start + 0.1)],
    }[answer];
    const world = deletion(routedUntil(going, start + 4));
    return storyIn(
      next === 'nobody’s' ? world : { ...world, runsUntil: { ...world.runsUntil, c: FOREVER } },
      {
        what: `the address had become ${next} (${answer})`,
        ...{ truth: ['pod-gone-still-routed'], connection, request: rowOf(connection, row) },
      },
      [
        word.networkUp('a', going.releasedMs + up),
        ...(next === 'nobody’s' ? [] : replacement(connection)),
        ...seen,
      ],
    );
  });

/** Pod `c` has the address of `a`, and is told of, listens and is routed only later. */
function replacement({ endMs }: Connection): readonly NewHistoryEvent[] {
  return [
    withStatus(s.pod('ADDED', 'c', 1012), {}),
    withStatus(s.pod('MODIFIED', 'c', endMs + 100), { podIP: PODS.a.podIP }),
    s.listener('c', 'LISTEN', endMs + 150),
    withStatus(s.pod('MODIFIED', 'c', endMs + 300, { ready: true }), { podIP: PODS.a.podIP }),
    but(s.route('node1', 'added', 'c', endMs + 320), { podIP: PODS.a.podIP }),
  ];
}

/** No address: it has no status yet. */
function withStatus(event: NewHistoryEvent, { podIP }: { readonly podIP?: string }): NewHistoryEvent {
  const object = event.type === 'object' ? event.object : {};
  const status = podIP === undefined ? {} : { ...(object['status'] as object), podIP };
  return but(event, { object: { ...object, status } });
}
