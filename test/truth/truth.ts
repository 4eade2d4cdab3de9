import type { RequestRecord } from '../../src/model/request-record.ts';
import type { TruthLine } from './truth-line.ts';

/** What was done to the requests of one trial, by the records of those who did it. */
export class Truth {
  readonly lines: readonly TruthLine[];
  readonly #byId: ReadonlyMap<string, readonly TruthLine[]>;
  readonly #closedAfter: ReadonlySet<string>;
  readonly #previous: ReadonlyMap<string, RequestRecord>;
  readonly #ofPort: ReadonlyMap<number, readonly TruthLine[]>;
  readonly #requestsOfEnd: ReadonlyMap<string, readonly RequestRecord[]>;

  /** `requests`: all of the trial's ledgers. */
  constructor(lines: readonly TruthLine[], requests: readonly RequestRecord[]) {
    this.lines = lines.toSorted((a, b) => a.atNs - b.atNs);
    this.#byId = Map.groupBy(
      this.lines.filter(({ id }) => typeof id === 'string'),
      ({ id }) => id ?? '',
    );
    this.#closedAfter = new Set(
      lines.flatMap(({ what, lastId }) => (what === 'closed' && lastId !== undefined ? [lastId] : [])),
    );
    this.#previous = new Map(requests.map((request) => [placeOf(request, 1), request]));
    this.#ofPort = Map.groupBy(
      this.lines.filter(({ clientPort }) => clientPort !== undefined),
      ({ clientPort }) => clientPort ?? 0,
    );
    this.#requestsOfEnd = Map.groupBy(requests, endOf);
  }

  /** Requests that left earlier from the same port to the same address, on connections of before. */
  earlierFromSamePort(request: RequestRecord): readonly RequestRecord[] {
    return (this.#requestsOfEnd.get(endOf(request)) ?? []).filter(
      ({ connection, startNs }) =>
        connection !== request.connection && (startNs ?? Infinity) < (request.startNs ?? -Infinity),
    );
  }

  /** What a server says that it did with this request: `arrived`, `answered`, `rejected` … */
  of(request: RequestRecord, what: string): TruthLine | undefined {
    return this.#byId.get(requestId(request))?.find((line) => line.what === what);
  }

  /** The first such line, of any Pod or of this one. */
  first(what: string, pod?: string): TruthLine | undefined {
    return this.lines.find((line) => line.what === what && (pod === undefined || line.pod === pod));
  }

  /** The last such line, of any Pod or of this one. */
  last(what: string, pod?: string): TruthLine | undefined {
    return this.lines.findLast((line) => line.what === what && (pod === undefined || line.pod === pod));
  }

  /** The request before this one on its connection; `undefined` for the first. */
  before(request: RequestRecord): RequestRecord | undefined {
    return this.#previous.get(placeOf(request, 0));
  }

  /** A server's script closed the connection right after the request before this one had been answered. */
  wasClosedBefore(request: RequestRecord): boolean {
    const previous = this.before(request);
    return previous !== undefined && this.#closedAfter.has(requestId(previous));
  }

  /** The load generator's own script ended the connection while this request was on it. */
  wasKilledByClient(request: RequestRecord): boolean {
    const { startNs, endNs, clientPort } = request;
    if (startNs === null || endNs === null || clientPort === null) return false;
    return this.lines.some(
      (line) =>
        line.what === 'killed-own' &&
        line.clientPort === clientPort &&
        line.atNs >= startNs &&
        line.atNs <= endNs,
    );
  }

  /** Something was done to the connection of this client port at some time, e.g. a SYN of it dropped. */
  touched({ clientPort }: RequestRecord, what: string): boolean {
    return clientPort !== null && (this.#ofPort.get(clientPort) ?? []).some((line) => line.what === what);
  }

  /**
   * The request ended while a server was at it, from when it began to until it was done, or just afterwards. A server
   * that waits for a CPU says so long after it was done. What had begun long before cannot have waited for it.
   */
  endedDuring(
    { startNs, endNs }: RequestRecord,
    { begins, done }: { readonly begins: string; readonly done: string },
    { afterwardsNs, longestWaitNs }: { readonly afterwardsNs: number; readonly longestWaitNs: number },
  ): boolean {
    if (startNs === null || endNs === null) return false;
    return this.lines.some((end) => {
      if (end.what !== done || endNs > end.atNs + afterwardsNs) return false;
      const begunNs = this.#lastBefore(end, begins)?.atNs ?? end.atNs;
      return endNs >= begunNs && startNs >= begunNs - longestWaitNs;
    });
  }

  #lastBefore({ atNs, pod }: TruthLine, what: string): TruthLine | undefined {
    return this.lines.findLast((line) => line.what === what && line.pod === pod && line.atNs <= atNs);
  }
}

function requestId({ load, id }: RequestRecord): string {
  return `${load}-${id}`;
}

function endOf({ clientPort, serverAddress }: RequestRecord): string {
  return `${clientPort ?? '?'} ${serverAddress ?? '?'}`;
}

/** Place of a request on its connection, `ahead` requests later. */
function placeOf({ load, connection, requestOnConnection }: RequestRecord, ahead: number): string {
  return `${load} ${connection ?? '?'} ${(requestOnConnection ?? 0) + ahead}`;
}
