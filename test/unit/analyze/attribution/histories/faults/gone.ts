import fc from 'fast-check';

import { PODS, scene as s } from '../../write-scene.ts';
import { closedByClient, connectionTo, established, PORT, rowOf, SEEN } from '../connection.ts';
import { anyGoing, deletion, routedUntil } from '../going.ts';
import { between, mostly } from '../numbers.ts';
import { storyIn, type Story } from '../story.ts';
import { toNs } from '../words.ts';
import { NO_HOST, TIMED_OUT, unanswered } from './silent.ts';

/** How the client learns of it: not at all, or from a router. */
const learns = fc.oneof(
  fc.constant({ outcome: TIMED_OUT, afterMs: 2000 }),
  between(0.3, 3).map((afterMs) => ({ outcome: NO_HOST, afterMs })),
);

/** A fresh connection to an address that is gone. */
export const goneStillRouted = fc
  .record({ going: anyGoing, learns, later: mostly(4, 60, 700) })
  .map(({ going, learns: { outcome, afterMs }, later }): Story => {
    const start = going.releasedMs + later;
    const connection = connectionTo('a', start, start + afterMs, null);
    const what = 'sent to a Pod whose network was gone';
    return storyIn(
      deletion(routedUntil(going, start + 4)),
      { what, truth: ['pod-gone-still-routed'], connection, request: rowOf(connection, outcome) },
      [s.sent('a', PORT, SEEN, start + 0.05), ...unanswered(connection)],
    );
  });

/** The client's port was used before, and the old entry of connection tracking still leads to the dead Pod. */
export const staleEntry = fc
  .record({ going: anyGoing, learns, later: between(60, 3000), age: between(20, 500) })
  .map(({ going, learns: { outcome, afterMs }, later, age }): Story => {
    const start = going.releasedMs + later;
    const connection = connectionTo('a', start, start + afterMs, null);
    const what = 'the port had an old conntrack entry to a Pod that was gone';
    return storyIn(
      deletion(going),
      { what, truth: ['pod-gone-still-routed'], connection, request: rowOf(connection, outcome) },
      [
        s.sent('a', PORT, SEEN, going.toldMs - age),
        established('a', SEEN, going.toldMs - age + 0.05),
        ...unanswered(connection),
      ],
    );
  });

/** The first SYN went to the Pod that was gone; it was sent again, and another Pod took it and was too busy. */
export const takenByAnother = fc
  .record({ going: anyGoing, later: between(4, 300), hangs: fc.boolean(), named: fc.boolean() })
  .map(({ going, later, hangs, named }): Story => {
    const start = going.releasedMs + later;
    const end = start + (hangs ? 7000 : 1500);
    const connection = { ...connectionTo('b', start, end, null), seenPort: SEEN + 77 };
    const busy = { outcome: 'http-error', status: 503, errorCode: null, firstByteNs: toNs(end) } as const;
    const answer = hangs ? ({ outcome: 'response-timeout', errorCode: null } as const) : busy;
    const request = rowOf(connection, { ...answer, ...(named && !hangs && { pod: PODS.b.name }) });
    const what = 'the SYN was sent again, and a Pod that stays took it and was too busy';
    return storyIn(
      deletion(routedUntil(going, start + 4)),
      { what, truth: ['overload'], connection, request },
      [
        s.sent('a', PORT, SEEN, start + 0.05),
        s.retransmit(PORT, start + 1000),
        s.sent('b', PORT, SEEN + 77, start + 1000.1),
        established('b', SEEN + 77, start + 1000.15),
        ...(hangs ? closedByClient(connection, end, start + 1000.5) : []),
      ],
    );
  });
