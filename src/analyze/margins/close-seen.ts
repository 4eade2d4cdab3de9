import { NS_PER_MS } from '../../model/duration.ts';
import type { ConnectionIndex } from '../attribution/connection-index.ts';
import type { PodBook } from '../objects/pod-book.ts';
import type { ConnectionEnd } from '../ledger/load-facts.ts';

/** The ledger counts a connection's age from when it was established; its SYN may be as much older as one that is repeated. */
const HANDSHAKE_NS = 2500 * NS_PER_MS;
/** … and is tracked when it passes, which may be some time later. */
const FIRST_PACKET_NS = 50 * NS_PER_MS;
/** A close that is stamped just before the client had read the answer is behind it all the same. */
const TRANSIT_NS = 5 * NS_PER_MS;

/**
 * When the kernel saw a connection leave ESTABLISHED after its last answer, in the Pod or else at the client, ns; `null`:
 * nobody saw it until `untilNs`.
 *
 * @param client address of a load inside the cluster; `null` for one outside of it
 */
export function closeSeen(
  connections: ConnectionIndex,
  book: PodBook,
  client: string | null,
  { clientPort, serverAddress, openedNs, answer }: ConnectionEnd,
  untilNs: number,
): number | null {
  if (clientPort === null || answer === null) return null;
  const end = { client, port: clientPort, serverAddress };
  const fromNs = answer.endNs - TRANSIT_NS;
  const sent = connections.sentFrom(end, openedNs - HANDSHAKE_NS, openedNs + FIRST_PACKET_NS).at(-1);
  const own = serverAddress !== null && book.isPodAddress(serverAddress) ? serverAddress : null;
  const podIP = sent?.podIP ?? own;
  const peerAddress = sent?.seenAddress ?? sent?.clientAddress ?? client;
  const inside =
    podIP === null || peerAddress === null
      ? []
      : connections.insidePod(
          { podIP, podPort: sent?.podPort ?? null, peerAddress, peerPort: sent?.seenPort ?? clientPort },
          fromNs,
          untilNs,
        );
  const left = [...inside, ...connections.onClient(end, fromNs, untilNs)].filter(
    (event) => event.type === 'socket-state' && event.from === 'ESTABLISHED',
  );
  return left.length === 0 ? null : Math.min(...left.map(({ atNs }) => atNs));
}
