import fc from 'fast-check';

import { scene as s } from '../../write-scene.ts';
import { clientReset, connectionTo, PORT, refusedBy, rowOf, SEEN } from '../connection.ts';
import { anyGoing, closedMs, deletion, graceful, routedUntil } from '../going.ts';
import { between, mostly } from '../numbers.ts';
import { storyIn, type Story } from '../story.ts';
import { but, PID } from '../words.ts';

const took = between(0.3, 3);

/** A fresh connection to a Pod that is going and has closed its listener. */
export const refusedWhileGoing = fc
  .record({ going: anyGoing, part: between(0, 1), took })
  .map(({ going, part, took: ms }): Story => {
    const from = Math.max(going.listenerClosedMs, going.exitMs === closedMs(going) ? going.exitMs : 0) + 0.2;
    const start = from + part * (going.releasedMs - 4 - from);
    const connection = connectionTo('a', start, start + ms, null);
    const what = 'refused by a going Pod that had closed its listener';
    const request = rowOf(connection, {});
    return storyIn(
      deletion(routedUntil(going, start + 4)),
      { what, truth: ['listener-closed-still-routed'], connection, request },
      refusedBy(connection),
    );
  });

/** An app that closes its listener while its Pod is Ready and nobody deletes it. */
export const refusedWhileReady = fc
  .record({ going: anyGoing, closed: between(600, 2500), later: mostly(0.2, 30, 900), took })
  .map(({ going, closed, later, took: ms }): Story => {
    const connection = connectionTo('b', closed + later, closed + later + ms, null);
    const what = 'refused by a Pod that stays and has closed its listener';
    const request = rowOf(connection, {});
    return storyIn(deletion(going), { what, truth: ['listener-closed-still-routed'], connection, request }, [
      but(s.listener('b', 'CLOSE', closed), { pid: PID.b }),
      ...refusedBy(connection),
    ]);
  });

/** The first SYN was lost on its way; the second came when the Pod no longer listened. */
export const lostThenRefused = fc
  .record({ going: graceful, part: between(0, 1), took })
  .map(({ going, part, took: ms }): Story => {
    const again = going.listenerClosedMs + 0.2 + part * (going.releasedMs - 4.5 - going.listenerClosedMs);
    const connection = connectionTo('a', again - 1000, again + ms, null);
    const what = 'a SYN was lost, and the one sent again was refused by a Pod that no longer listened';
    const request = rowOf(connection, {});
    return storyIn(
      deletion(routedUntil(going, again + 4)),
      { what, truth: ['listener-closed-still-routed'], connection, request },
      [
        s.sent('a', PORT, SEEN, again - 1000 + 0.05),
        s.retransmit(PORT, again),
        s.podReset('a', SEEN, 'NO_SOCKET', again + 0.1),
        ...clientReset(PORT, 'SYN_SENT', again + 0.2),
      ],
    );
  });
