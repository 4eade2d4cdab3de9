import fc from 'fast-check';

import { scene as s } from '../../write-scene.ts';
import { closedByPod, connectionTo, opened, rowOf, SEEN } from '../connection.ts';
import { anyGoing, closedMs, deletion, graceful, type Going } from '../going.ts';
import { between, keptMs, mostly } from '../numbers.ts';
import { storyIn, type Story } from '../story.ts';
import { endedBy } from './killed.ts';

/** From the ledger's stamp to the Pod's kernel: long where client or node are short of CPU. */
const transit = mostly(0.1, 0.6, 8);
/** Why the kernel refuses what comes after a close: while it waits for the other side's FIN, and afterwards. */
const refusal = fc.constantFrom('TCP_ABORT_ON_DATA', 'NO_SOCKET', 'TCP_TIMEWAIT_SOCKET');

/** A Pod closes a kept-alive connection at some time. */
interface Close {
  readonly pod: 'a' | 'b';
  readonly going: Going;
  readonly at: number;
}

const closeOf = (pod: 'a' | 'b', going: Going, at: number): Close => ({ pod, going, at });

/** When a server closes a connection that it takes to be idle: at any time, when it is told to go, when it exits. */
const idleClose: fc.Arbitrary<Close> = fc.oneof(
  fc.tuple(anyGoing, between(700, 4000)).map(([going, at]) => closeOf('b', going, at)),
  graceful.map((going) => closeOf('a', going, going.listenerClosedMs + 0.1)),
  fc
    .tuple(graceful, between(0, 1))
    .map(([going, part]) =>
      closeOf('a', going, going.toldMs + 0.1 + part * (going.exitMs - going.toldMs - 0.3)),
    ),
);
const exitClose: fc.Arbitrary<Close> = anyGoing.map((going) => closeOf('a', going, going.exitMs + 0.12));

/** Until when a connection that is closed then can have been opened. */
const openUntil = ({ pod, going, at }: Close): number => (pod === 'b' ? at : Math.min(at, closedMs(going)));

/** The request came after the close: the kernel refused it, or there was nobody left to do so. */
export const crossed = fc
  .record({
    ...{ close: fc.oneof(idleClose, exitClose), keptMs, transit, why: refusal, part: between(0, 1) },
    ...{ unnoticed: fc.oneof(fc.constant(0), mostly(0, 1, 60)), fin: fc.boolean() },
  })
  .map(({ close, keptMs: age, transit: way, why, part, unnoticed, fin }): Story => {
    const { pod, going, at } = close;
    const start = at - part * (way - 0.03) + unnoticed;
    const arrived = start + way;
    const refused = pod === 'b' || arrived < going.releasedMs - 2;
    const byFin = fin || !refused;
    const end = byFin ? Math.max(start, at + 0.2) + 0.2 : arrived + 0.3;
    const connection = connectionTo(pod, start, end, age, openUntil(close));
    const what = 'the Pod had closed the kept-alive connection when the request came';
    const request = rowOf(connection, endedBy(byFin ? 'fin' : 'unread'));
    return storyIn(deletion(going), { what, truth: ['keepalive-race'], connection, request }, [
      ...opened(connection),
      ...closedByPod(connection, at, 'fin'),
      ...(refused ? [s.podReset(pod, SEEN, why, arrived + 0.01)] : []),
    ]);
  });

/** The request had just come, and lay unread, when the server closed the connection as idle. */
export const closedUnread = fc
  .record({ close: idleClose, keptMs, transit, lay: mostly(0.02, 1, 4) })
  .map(({ close, keptMs: age, transit: way, lay }): Story => {
    const { pod, going, at } = close;
    const connection = connectionTo(pod, at - lay - way, at + 0.4, age, openUntil(close));
    const what = 'the Pod closed the kept-alive connection with the request unread';
    const request = rowOf(connection, endedBy('unread'));
    return storyIn(deletion(going), { what, truth: ['keepalive-race'], connection, request }, [
      ...opened(connection),
      ...closedByPod(connection, at, 'unread'),
    ]);
  });
