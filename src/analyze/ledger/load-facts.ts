import { NS_PER_MS } from '../../model/duration.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { LoadSpec } from '../../model/scenario.ts';

/** The last that a ledger tells of one TCP connection that is used again. Times are ns since run start. */
export interface ConnectionEnd {
  readonly connection: number;
  /** Of the Pod that it led to; `null`: nothing tells. */
  readonly podUid: string | null;
  readonly openedNs: number;
  readonly clientPort: number | null;
  readonly serverAddress: string | null;
  /** The last request on it. */
  readonly last: Pick<RequestRecord, 'outcome' | 'startNs' | 'endNs' | 'id'>;
  /** The last whole answer on it; `null`: it never had one. */
  readonly answer: { readonly endNs: number; readonly announcedClose: boolean | null } | null;
}

/** What the margins need of a load's ledger. */
export interface LoadFacts {
  /** Empty for a load that opens a connection for each request. */
  readonly connections: readonly ConnectionEnd[];
  /** Longest time between an answer and the next request on the same connection, ms; `null`: no connection had two. */
  readonly longestIdleMs: number | null;
  /** Pod uid → when it gave its last whole answer since the disruption, ns. */
  readonly lastAnswerNs: ReadonlyMap<string, number>;
  /** When a Pod that nobody knows gave its last whole answer since the disruption, ns; `null`: of all the Pod is known. */
  readonly lastUnknownAnswerNs: number | null;
}

/** Collects them while the ledger streams by. Memory: one entry a kept-alive connection and a Pod. */
export class LoadFactsBook {
  readonly #keepsConnections: boolean;
  readonly #sinceNs: number;
  readonly #connections = new Map<number, ConnectionEnd>();
  readonly #lastAnswerNs = new Map<string, number>();
  #lastUnknownAnswerNs: number | null = null;
  #longestIdleNs: number | null = null;

  /** @param sinceNs the disruption; `null`: nothing was disrupted */
  constructor(spec: LoadSpec, sinceNs: number | null) {
    this.#keepsConnections = spec.connections === 'keep-alive';
    this.#sinceNs = sinceNs ?? Infinity;
  }

  /**
   * In the order of completion, as ledgers are written.
   *
   * @param podOf tells the uid of the Pod that it was sent to; `null`: nothing tells
   */
  add(record: RequestRecord, podOf: () => string | null): void {
    const { connection, endNs } = record;
    const answered = isWholeAnswer(record);
    const counts = answered && endNs !== null && endNs >= this.#sinceNs;
    if (!counts && !(this.#keepsConnections && connection !== null)) return;
    const podUid = podOf();
    if (counts) this.#noteAnswer(podUid, endNs);
    if (this.#keepsConnections && connection !== null) this.#noteConnection(record, connection, podUid);
  }

  facts(): LoadFacts {
    return {
      connections: [...this.#connections.values()],
      longestIdleMs: this.#longestIdleNs === null ? null : this.#longestIdleNs / NS_PER_MS,
      lastAnswerNs: this.#lastAnswerNs,
      lastUnknownAnswerNs: this.#lastUnknownAnswerNs,
    };
  }

  #noteAnswer(podUid: string | null, endNs: number): void {
    if (podUid === null) this.#lastUnknownAnswerNs = Math.max(endNs, this.#lastUnknownAnswerNs ?? -Infinity);
    else this.#lastAnswerNs.set(podUid, Math.max(endNs, this.#lastAnswerNs.get(podUid) ?? -Infinity));
  }

  #noteConnection(record: RequestRecord, connection: number, podUid: string | null): void {
    const { startNs, endNs, connectionAgeMs, clientPort, serverAddress, outcome, id } = record;
    const known = this.#connections.get(connection);
    // Its first request makes it a connection of its own, whatever had the number before.
    const before = record.requestOnConnection === 0 ? undefined : known;
    const last = { outcome, startNs, endNs, id };
    if (before?.answer != null && startNs !== null) {
      this.#longestIdleNs = Math.max(this.#longestIdleNs ?? 0, startNs - before.answer.endNs);
    }
    const answer =
      isWholeAnswer(record) && endNs !== null
        ? { endNs, announcedClose: record.announcedClose }
        : (before?.answer ?? null);
    this.#connections.set(connection, {
      connection,
      podUid: podUid ?? before?.podUid ?? null,
      openedNs: before?.openedNs ?? (startNs ?? record.intendedNs) - (connectionAgeMs ?? 0) * NS_PER_MS,
      clientPort: clientPort ?? before?.clientPort ?? null,
      serverAddress: serverAddress ?? before?.serverAddress ?? null,
      last,
      answer,
    });
  }
}

function isWholeAnswer({ outcome }: RequestRecord): boolean {
  return outcome === 'ok' || outcome === 'http-error';
}
