import { NS_PER_MS } from '../../model/duration.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { ConnectionIndex } from './connection-index.ts';
import { findSent } from './find-sent.ts';
import type { PodBook } from '../objects/pod-book.ts';

/**
 * Which Pod answered a request, whatever the app is: by connection tracking, by the address that was connected to, or by
 * the name in its answer. For one load, whose connections are told apart by their number.
 */
export class RequestPods {
  readonly #connections: ConnectionIndex;
  readonly #book: PodBook;
  readonly #client: string | null;
  /** Connection that is used again → uid of the Pod that it was sent to. A fresh one comes only once. */
  readonly #reused = new Map<number, string | null>();

  /** @param client address of the load; `null` for one outside of the cluster */
  constructor(connections: ConnectionIndex, book: PodBook, client: string | null) {
    this.#connections = connections;
    this.#book = book;
    this.#client = client;
  }

  /** Its uid; `null`: nothing tells. */
  of(record: RequestRecord): string | null {
    const { pod, startNs, endNs } = record;
    const sentTo = this.#sentTo(record);
    if (sentTo !== null || pod === null) return sentTo;
    return this.#book.byName(pod, endNs ?? startNs ?? 0)?.uid ?? null;
  }

  #sentTo(record: RequestRecord): string | null {
    const { connection } = record;
    if (connection === null || (record.requestOnConnection ?? 0) === 0) return this.#find(record);
    const known = this.#reused.get(connection);
    if (known !== undefined) return known;
    const found = this.#find(record);
    this.#reused.set(connection, found);
    return found;
  }

  #find({ clientPort, serverAddress, startNs, endNs, connectionAgeMs }: RequestRecord): string | null {
    if (startNs === null) return null;
    const ageMs = connectionAgeMs ?? 0;
    const openNs = startNs - ageMs * NS_PER_MS;
    if (clientPort !== null) {
      const end = { client: this.#client, port: clientPort, serverAddress };
      const opened = { openNs, fresh: ageMs === 0, endNs: endNs ?? startNs };
      const sent = findSent(this.#connections, end, opened);
      if (sent !== undefined && !sent.several) {
        return this.#book.byAddress(sent.event.podIP, sent.event.atNs)?.uid ?? null;
      }
    }
    if (serverAddress === null || !this.#book.isPodAddress(serverAddress)) return null;
    return this.#book.byAddress(serverAddress, openNs)?.uid ?? null;
  }
}
