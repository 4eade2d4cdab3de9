import { NS_PER_MS } from '../../model/duration.ts';
import type { HistoryEvent, ConntrackEvent } from '../../model/history-event.ts';

/** Both are told on one clock, to less than this; ports are used again only much later. */
const TOGETHER_NS = 1000 * NS_PER_MS;

/** The connections that clients of the Service opened, as connection tracking saw them: none of the kubelet's probes. */
export class SentConnections {
  readonly #startsNs = new Map<string, number[]>();
  #seesAny = false;

  /** @param clients addresses of loads inside the cluster, which may go to Pods without a Service in between */
  constructor(events: readonly HistoryEvent[], clients: ReadonlySet<string>) {
    for (const event of events) {
      if (event.type !== 'conntrack') continue;
      this.#seesAny = true;
      if (event.change !== 'new' || !isOfClient(event, clients)) continue;
      const key = `${event.podIP} ${event.seenPort ?? event.clientPort}`;
      this.#startsNs.set(key, [...(this.#startsNs.get(key) ?? []), event.atNs]);
    }
  }

  /** Whether the connection that a Pod got from this port is a client's; `null`: nobody tracked connections. */
  isClients(podIP: string, peerPort: number, atNs: number): boolean | null {
    if (!this.#seesAny) return null;
    const starts = this.#startsNs.get(`${podIP} ${peerPort}`) ?? [];
    return starts.some((startNs) => Math.abs(startNs - atNs) < TOGETHER_NS);
  }
}

/**
 * Whether a client of the Service has made this connection. Where nothing was translated it only passes through a second
 * node, or is the kubelet's own probe.
 *
 * @param clients addresses of loads inside the cluster, which may go to Pods without a Service in between
 */
export function isOfClient(event: ConntrackEvent, clients: ReadonlySet<string>): boolean {
  return event.serviceAddress !== event.podIP || clients.has(event.clientAddress);
}
