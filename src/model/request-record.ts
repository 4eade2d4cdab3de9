/**
 * What became of one request, seen from the client.
 *
 * - `ok`: a complete answer with a status below 400
 * - `http-error`: a complete answer with a status of 400 or above
 * - `name-unresolved`: the name had no address: no such name, an empty answer, or the name server failed or was silent
 * - `refused`: the connection attempt was answered by RST (ECONNREFUSED)
 * - `unreachable`: the connection attempt was answered by ICMP (EHOSTUNREACH, ENETUNREACH)
 * - `connect-timeout`: the connection attempt was not answered in time
 * - `reset`: the connection was reset after it was established (ECONNRESET, EPIPE)
 * - `closed-early`: the server closed with FIN before the first byte of an answer
 * - `truncated`: the answer began and did not end (FIN or RST in the middle)
 * - `response-timeout`: connected and sent, but the whole answer did not come in time
 * - `censored`: the load was stopped first; nothing is known about its end
 * - `not-sent`: never reached the wire: within 100 ms after it was due no connection was free for it (error code
 *   `CONCURRENCY_LIMIT`; k6: no VU, at once), or the generator was late or had to drop it
 */
export const OUTCOMES = [
  'ok',
  'http-error',
  'name-unresolved',
  'refused',
  'unreachable',
  'connect-timeout',
  'reset',
  'closed-early',
  'truncated',
  'response-timeout',
  'censored',
  'not-sent',
] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** The outcomes that a user of the service would have felt. */
export const FAILED_OUTCOMES: readonly Outcome[] = [
  'http-error',
  'name-unresolved',
  'refused',
  'unreachable',
  'connect-timeout',
  'reset',
  'closed-early',
  'truncated',
  'response-timeout',
];

export type EngineName = 'autocannon' | 'native' | 'k6';

/**
 * One line of the ledger: a request that the engine meant to send. All times are nanoseconds since run start on
 * the harness host's CLOCK_MONOTONIC; `null` where the event never happened or cannot be known.
 */
export interface RequestRecord {
  /**
   * Unique within its load of its trial, from 1 in the order of intent (k6: what was not sent comes last). Sent as the
   * `x-request-id` header.
   */
  readonly id: number;
  /** Name of the load in the scenario (a trial can have several loads side by side). */
  readonly load: string;
  readonly engine: EngineName;
  /** Number of the TCP connection within the load, from 1; `null` when no connection was ever tried. */
  readonly connection: number | null;
  /** 0 for the first request on a fresh connection. */
  readonly requestOnConnection: number | null;
  /** Age of the connection when the request was written; 0 for a fresh one. */
  readonly connectionAgeMs: number | null;
  /** When the load model wanted it sent. In a closed model the moment it was sent. */
  readonly intendedNs: number;
  /** When it was handed to the socket (for a fresh connection: when the connection attempt began). */
  readonly startNs: number | null;
  readonly firstByteNs: number | null;
  /** When the outcome was known. */
  readonly endNs: number | null;
  readonly method: string;
  readonly path: string;
  /** The client's TCP port: with `serverAddress` the key that joins a request with conntrack and kernel events. */
  readonly clientPort: number | null;
  /**
   * The IP address that the client connected to: of a node, of the Service, of a Pod. One port can lead to several of
   * them at the same time. `null` where the client only knew a name.
   */
  readonly serverAddress: string | null;
  readonly outcome: Outcome;
  readonly status: number | null;
  /** The errno name or engine error code, e.g. `ECONNRESET`; `null` where there was none. */
  readonly errorCode: string | null;
  /** The Pod that answered, from the answer's `x-pod` header. */
  readonly pod: string | null;
  /** Bytes of the answer that arrived on the socket, headers included. */
  readonly bytesRead: number;
  /** 0 for the first try; 1 for the second that the load's client model makes, which is a request with an id of its own. */
  readonly attempt: number;
  /**
   * The answer told that the server ends the connection after it (`Connection: close`, or what means the same). `null`:
   * the head of no answer arrived, or the ledger was written before this column existed.
   */
  readonly announcedClose: boolean | null;
  /** The id of the failed attempt that this one repeats, with its `intendedNs`; `null` for a first try. */
  readonly retryOf: number | null;
}
