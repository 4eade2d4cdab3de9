import type {
  ConntrackEvent,
  HistoryEvent,
  ResetEvent,
  RetransmitEvent,
  SocketEvent,
} from '../../model/history-event.ts';
import { isOfClient } from '../is-of-client.ts';
import type { PodBook } from '../pod-book.ts';

type PodSide = SocketEvent | ResetEvent;
export type ClientSide = SocketEvent | ResetEvent | RetransmitEvent;

/** A client's end of a connection. The same port may lead to several servers at the same time. */
export interface ClientEnd {
  /** Address of the load; `null` for one outside of the cluster, whose address is nobody else's. */
  readonly client: string | null;
  readonly port: number;
  /** What it connected to; `null`: not known. */
  readonly serverAddress: string | null;
}

/**
 * The events of connections, found by port. Ports are used again: whoever asks names the time too. All lists are in
 * the order of time.
 */
export class ConnectionIndex {
  readonly #clients: ReadonlySet<string>;
  readonly #book: PodBook;
  readonly #sent = new Map<number, ConntrackEvent[]>();
  readonly #podSide = new Map<string, PodSide[]>();
  readonly #podSideByPort = new Map<number, PodSide[]>();
  readonly #podResets = new Map<string, ResetEvent[]>();
  readonly #nodeResets = new Map<number, ResetEvent[]>();
  readonly #clientSide = new Map<number, ClientSide[]>();
  readonly #clientAddresses = new Set<string>();
  readonly #serviceAddresses = new Set<string>();

  /** @param clients addresses of loads inside the cluster, which may go to Pods without a Service in between */
  constructor(events: readonly HistoryEvent[], book: PodBook, clients: ReadonlySet<string>) {
    this.#clients = clients;
    this.#book = book;
    for (const event of events) {
      if (event.type === 'conntrack') this.#addConntrack(event);
      else if (event.type === 'socket-state' || event.type === 'reset-sent') this.#addSides(event, book);
      else if (event.type === 'retransmit') push(this.#clientSide, event.localPort, event);
    }
  }

  /** Connections of this client that some node's kube-proxy sent to a Pod, or that went there directly, begun then. */
  sentFrom(
    { client, port, serverAddress }: ClientEnd,
    fromNs: number,
    toNs: number,
  ): readonly ConntrackEvent[] {
    const sent = within(this.#sent.get(port), fromNs, toNs).filter(
      ({ serviceAddress, podIP }) =>
        !this.#isAnother(serviceAddress, serverAddress) ||
        // Another node, which the connection only passes through after it was translated.
        (serviceAddress === podIP && !this.#book.isPodAddress(serverAddress ?? '')),
    );
    if (client === null) return sent.filter(({ clientAddress }) => !this.#clients.has(clientAddress));
    const own = sent.filter(({ clientAddress }) => clientAddress === client);
    // Where the network masquerades what leaves a Pod, other nodes know the load by its node's address.
    return own.length > 0 ? own : sent.filter(({ clientAddress }) => !this.#clients.has(clientAddress));
  }

  /** What the kernel did inside this Pod with the peer that has this port there. */
  insidePod(podIP: string, peerPort: number, fromNs: number, toNs: number): readonly PodSide[] {
    return within(this.#podSide.get(`${podIP} ${peerPort}`), fromNs, toNs);
  }

  /** The same inside any Pod. */
  insideAnyPod(peerPort: number, fromNs: number, toNs: number): readonly PodSide[] {
    return within(this.#podSideByPort.get(peerPort), fromNs, toNs);
  }

  /** RSTs that this Pod sent, to whomever. */
  resetsBy(podIP: string, fromNs: number, toNs: number): readonly ResetEvent[] {
    return within(this.#podResets.get(podIP), fromNs, toNs);
  }

  /** RSTs that were sent to this client port by no Pod: by a node, or by whoever else has that address. */
  resetsByNodes({ port, serverAddress }: ClientEnd, fromNs: number, toNs: number): readonly ResetEvent[] {
    return within(this.#nodeResets.get(port), fromNs, toNs).filter(
      ({ localAddress }) => !this.#isAnother(localAddress, serverAddress),
    );
  }

  /** What the kernel did on the client's side of the connection. */
  onClient({ port, serverAddress }: ClientEnd, fromNs: number, toNs: number): readonly ClientSide[] {
    return within(this.#clientSide.get(port), fromNs, toNs).filter(
      ({ remoteAddress }) => serverAddress === null || remoteAddress === serverAddress,
    );
  }

  /** Addresses that clients of the Service have, as connection tracking saw them; empty where it saw none. */
  get clientAddresses(): ReadonlySet<string> {
    return this.#clientAddresses;
  }

  /** Both are addresses that clients connect to. One that is translated on its way to the nodes is none that they see. */
  #isAnother(address: string, serverAddress: string | null): boolean {
    const known = this.#serviceAddresses;
    return (
      serverAddress !== null && address !== serverAddress && known.has(address) && known.has(serverAddress)
    );
  }

  #addConntrack(event: ConntrackEvent): void {
    if (!isOfClient(event, this.#clients)) return;
    this.#clientAddresses.add(event.clientAddress);
    this.#serviceAddresses.add(event.serviceAddress);
    if (event.change === 'new') push(this.#sent, event.clientPort, event);
  }

  #addSides(event: SocketEvent | ResetEvent, book: PodBook): void {
    if (event.remotePort === 0) return;
    if (!book.isPodAddress(event.localAddress)) {
      push(this.#clientSide, event.localPort, event);
      if (event.type === 'reset-sent') push(this.#nodeResets, event.remotePort, event);
      return;
    }
    push(this.#podSide, `${event.localAddress} ${event.remotePort}`, event);
    push(this.#podSideByPort, event.remotePort, event);
    if (event.type === 'reset-sent') push(this.#podResets, event.localAddress, event);
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function within<T extends { readonly atNs: number }>(
  events: readonly T[] | undefined,
  fromNs: number,
  toNs: number,
): readonly T[] {
  return events?.filter(({ atNs }) => atNs >= fromNs && atNs <= toNs) ?? [];
}
