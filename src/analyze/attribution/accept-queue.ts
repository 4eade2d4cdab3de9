import { NS_PER_MS } from '../../model/duration.ts';
import type { ResetEvent, SocketEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import { orderOf } from '../times/order-of.ts';
import type { ConnectionIndex } from './connection-index.ts';

export const SAME_MOMENT_NS = 2 * NS_PER_MS;
/** No connection waits longer to be accepted by an app that is worth a listener. */
const LONGEST_WAIT_NS = 30_000 * NS_PER_MS;

/**
 * A listener that closes drops what waits to be accepted, oldest first, and on a busy machine may be held up after each.
 * Whatever came after one that was dropped at the moment of the close was behind it, and waited too.
 *
 * @returns the drop of a connection that was ahead of this one, which the Pod ended later; `null`: none was seen.
 */
export function droppedAhead(
  ended: SocketEvent | ResetEvent,
  listenerClosed: Milestone,
  connections: ConnectionIndex,
): ResetEvent | null {
  const { localAddress: podIP, localPort } = ended;
  const cameNs = establishedNs(ended, connections);
  if (cameNs === null) return null;
  const drops = connections
    .resetsBy(podIP, listenerClosed.atNs - SAME_MOMENT_NS, ended.atNs)
    .filter((drop) => drop.localPort === localPort && drop.reason === 'TCP_STATE')
    .filter((drop) => orderOf(listenerClosed, drop, SAME_MOMENT_NS) === 'indeterminate');
  return drops.find((drop) => (establishedNs(drop, connections) ?? Infinity) < cameNs) ?? null;
}

function establishedNs(
  { localAddress, localPort, remoteAddress, remotePort, atNs }: SocketEvent | ResetEvent,
  connections: ConnectionIndex,
): number | null {
  const ends = { podIP: localAddress, podPort: localPort, peerAddress: remoteAddress, peerPort: remotePort };
  const established = connections
    .insidePod(ends, atNs - LONGEST_WAIT_NS, atNs)
    .findLast((event) => event.type === 'socket-state' && event.to === 'ESTABLISHED');
  return established?.atNs ?? null;
}
