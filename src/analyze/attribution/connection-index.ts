import type {
  ConntrackEvent,
  HistoryEvent,
  ResetEvent,
  ResetReceivedEvent,
  RetransmitEvent,
  SocketEvent,
  UnreachableEvent,
} from '../../model/history-event.ts';
import { isOfClient } from '../milestones/sent-connections.ts';
import type { PodBook } from '../objects/pod-book.ts';

export type PodSide = SocketEvent | ResetEvent | ResetReceivedEvent;
export type ClientSide = SocketEvent | ResetEvent | ResetReceivedEvent | RetransmitEvent;

/** A client's end of a connection. The same port may lead to several servers at the same time. */
export interface ClientEnd {
  /** Address of the load; `null` for one outside of the cluster, whose address is nobody else's. */
  readonly client: string | null;
  readonly port: number;
  /** What it connected to; `null`: not known. */
  readonly serverAddress: string | null;
}

/** The two ends of a connection as the Pod sees them. Two clients behind two addresses may have one port. */
export interface PodEnds {
  readonly podIP: string;
  /** `null`: not known, then any. */
  readonly podPort: number | null;
  readonly peerAddress: string;
  readonly peerPort: number;
}

/** One connection as the Pod's kernel saw it, from when it was established until its ends were used again. */
export interface SeenConnection {
  /** `null`: it was there before anybody looked. */
  readonly established: SocketEvent | null;
  /** All that was seen of it, in the order of time. */
  readonly events: readonly PodSide[];
}

/** ICMP "port unreachable": what kube-proxy's reject answers with. */
const BY_A_RULE = 3;

/**
 * The events of connections, found by their ends. Ends are used again: whoever asks names the time too. All lists are in
 * the order of time.
 */
export class ConnectionIndex {
  readonly #clients: ReadonlySet<string>;
  readonly #book: PodBook;
  readonly #sent = new Map<number, ConntrackEvent[]>();
  readonly #forgotten = new Map<number, ConntrackEvent[]>();
  readonly #podSide = new Map<string, PodSide[]>();
  readonly #podResets = new Map<string, ResetEvent[]>();
  readonly #peersByPort = new Map<number, Set<string>>();
  readonly #nodeResets = new Map<number, ResetEvent[]>();
  readonly #rejected = new Map<string, UnreachableEvent[]>();
  readonly #clientSide = new Map<number, ClientSide[]>();
  readonly #clientAddresses = new Set<string>();
  readonly #serviceAddresses = new Set<string>();

  /** @param clients addresses of loads inside the cluster, which may go to Pods without a Service in between */
  constructor(events: readonly HistoryEvent[], book: PodBook, clients: ReadonlySet<string>) {
    this.#clients = clients;
    this.#book = book;
    for (const event of events) {
      if (event.type === 'conntrack') this.#addConntrack(event);
      else if (
        event.type === 'socket-state' ||
        event.type === 'reset-sent' ||
        event.type === 'reset-received'
      )
        this.#addSides(event);
      else if (event.type === 'retransmit') push(this.#clientSide, event.localPort, event);
      else if (event.type === 'unreachable-sent') push(this.#rejected, event.targetAddress, event);
    }
  }

  /** Connections of this client that some node's kube-proxy sent to a Pod, or that went there directly, begun then. */
  sentFrom(end: ClientEnd, fromNs: number, toNs: number): readonly ConntrackEvent[] {
    return this.#ofClient(end, within(this.#sent.get(end.port), fromNs, toNs));
  }

  /** Whether connection tracking forgot this connection between its own time and that one. */
  wasForgotten(
    { node, clientAddress, clientPort, serviceAddress, atNs }: ConntrackEvent,
    toNs: number,
  ): boolean {
    return within(this.#forgotten.get(clientPort), atNs, toNs).some(
      (each) =>
        each.node === node && each.clientAddress === clientAddress && each.serviceAddress === serviceAddress,
    );
  }

  /** What the kernel did inside this Pod with this very peer. */
  insidePod(
    { podIP, podPort, peerAddress, peerPort }: PodEnds,
    fromNs: number,
    toNs: number,
  ): readonly PodSide[] {
    const events = within(this.#podSide.get(`${podIP} ${peerAddress} ${peerPort}`), fromNs, toNs);
    return podPort === null ? events : events.filter(({ localPort }) => localPort === podPort);
  }

  /** All connections between these ends, one after the other. */
  connectionsBetween(ends: PodEnds): readonly SeenConnection[] {
    const connections: { established: SocketEvent | null; events: PodSide[] }[] = [];
    for (const event of this.insidePod(ends, -Infinity, Infinity)) {
      const begins = event.type === 'socket-state' && event.to === 'ESTABLISHED';
      const last = connections.at(-1);
      if (begins) connections.push({ established: event, events: [event] });
      else if (last === undefined) connections.push({ established: null, events: [event] });
      else last.events.push(event);
    }
    return connections;
  }

  /** Addresses of Pods whose kernel saw a peer with that port, with the peer's address. */
  podsThatSaw(peerPort: number): readonly { readonly podIP: string; readonly peerAddress: string }[] {
    return [...(this.#peersByPort.get(peerPort) ?? [])].map((pair) => {
      const [podIP = '', peerAddress = ''] = pair.split(' ');
      return { podIP, peerAddress };
    });
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

  /** ICMP by which a node said that a rule of its own rejected something to that address. It tells no ports: a hint. */
  rejectedTo(address: string, fromNs: number, toNs: number): readonly UnreachableEvent[] {
    return within(this.#rejected.get(address), fromNs, toNs).filter(({ code }) => code === BY_A_RULE);
  }

  /** What the kernel did on the client's side of the connection. */
  onClient({ client, port, serverAddress }: ClientEnd, fromNs: number, toNs: number): readonly ClientSide[] {
    return within(this.#clientSide.get(port), fromNs, toNs).filter(
      ({ localAddress, remoteAddress }) =>
        (serverAddress === null || remoteAddress === serverAddress) &&
        (client === null || localAddress === client),
    );
  }

  /** Addresses that clients of the Service have, as connection tracking saw them; empty where it saw none. */
  get clientAddresses(): ReadonlySet<string> {
    return this.#clientAddresses;
  }

  #ofClient(
    { client, serverAddress }: ClientEnd,
    tracked: readonly ConntrackEvent[],
  ): readonly ConntrackEvent[] {
    const sent = tracked.filter(
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
    if (event.change === 'destroy') push(this.#forgotten, event.clientPort, event);
  }

  #addSides(event: PodSide): void {
    if (event.remotePort === 0) return;
    const { localAddress, remoteAddress, localPort, remotePort } = event;
    if (!this.#book.isPodAddress(localAddress)) {
      push(this.#clientSide, localPort, event);
      if (event.type === 'reset-sent') push(this.#nodeResets, remotePort, event);
      return;
    }
    push(this.#podSide, `${localAddress} ${remoteAddress} ${remotePort}`, event);
    const peers = this.#peersByPort.get(remotePort) ?? new Set();
    this.#peersByPort.set(remotePort, peers.add(`${localAddress} ${remoteAddress}`));
    if (event.type === 'reset-sent') push(this.#podResets, localAddress, event);
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
