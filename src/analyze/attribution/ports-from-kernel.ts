import { NS_PER_MS } from '../../model/duration.ts';
import type { ConntrackEvent, HistoryEvent, SocketEvent } from '../../model/history-event.ts';
import type { Outcome, RequestRecord } from '../../model/request-record.ts';
import type { PodBook } from '../objects/pod-book.ts';

/** How the client's socket of a request that ended so left the state that it was in. */
const CHANGES: Partial<Record<Outcome, readonly string[]>> = {
  refused: ['SYN_SENT CLOSE'],
  unreachable: ['SYN_SENT CLOSE'],
  reset: ['SYN_SENT CLOSE', 'ESTABLISHED CLOSE'],
  'closed-early': ['ESTABLISHED CLOSE_WAIT'],
  truncated: ['ESTABLISHED CLOSE_WAIT', 'ESTABLISHED CLOSE'],
};
/** What Linux tells a process of a RST depends on the state in which its socket was (tcp_reset in net/ipv4/tcp_input.c). */
const CHANGES_OF_RESET: Readonly<Record<string, readonly string[]>> = {
  ECONNREFUSED: ['SYN_SENT CLOSE'],
  ECONNRESET: ['ESTABLISHED CLOSE'],
};
/** An engine that knows its ports stamps a failure when its event loop comes to it. */
const OTHERS_SLACK_NS = 100 * NS_PER_MS;

/**
 * k6 does not tell from which port it sent a request. The kernel tells of every client's connection that did not come
 * about, and of every one that the server ended, with both its ends. The connection of a request that failed so is one of
 * those that ended between when k6 opened it and when k6 knew of the failure, and that a node began to track then, too;
 * all of these are certain bounds. Where just one fits, it is the one, and no other request's; where several are left, or
 * the trace has a gap, nobody knows.
 *
 * @param failed of all loads, in any order
 * @param clockNs by how much the times of a load may be off
 * @returns the same, in their order, those of k6 with the port where it is known
 */
export function portsFromKernel(
  failed: readonly RequestRecord[],
  events: readonly HistoryEvent[],
  book: Pick<PodBook, 'isPodAddress'>,
  clockNs: (load: string) => number,
): readonly RequestRecord[] {
  if (!failed.some(isWithoutPort)) return failed;
  const gaps = events.filter((event) => event.type === 'observation-gap' && event.source === 'kernel-trace');
  const others = failed.filter(({ clientPort }) => clientPort !== null);
  const openings = new Openings(events);
  const ends = events
    .filter(
      (event): event is SocketEvent =>
        event.type === 'socket-state' &&
        event.remotePort !== 0 &&
        !book.isPodAddress(event.localAddress) &&
        !others.some((other) => isEndOf(other, event)),
    )
    .map((event): ConnectionEnd => ({ event, opened: openings.of(event) }));
  const fitting = new Map<RequestRecord, readonly ConnectionEnd[]>();
  for (const record of failed) {
    if (!isWithoutPort(record)) continue;
    const slackNs = clockNs(record.load);
    const fromNs = openedNs(record) - slackNs;
    const toNs = (record.endNs ?? Infinity) + slackNs;
    if (gaps.some((gap) => gap.type === 'observation-gap' && gap.fromNs <= toNs && gap.toNs >= fromNs))
      continue;
    const changes = changesOf(record);
    fitting.set(
      record,
      ends.filter(
        ({ event, opened }) =>
          changes.includes(`${event.from} ${event.to}`) &&
          event.remoteAddress === record.serverAddress &&
          event.atNs + event.uncertaintyNs >= fromNs &&
          event.atNs - event.uncertaintyNs <= toNs &&
          (opened === null || fitsOpening(record, opened, slackNs)),
      ),
    );
  }
  const found = onlyOnes(fitting);
  return failed.map((record) => {
    const end = found.get(record);
    return end === undefined ? record : { ...record, clientPort: end.event.localPort };
  });
}

/** The end of a client's connection, and when a node began to track that connection; `null`: nobody knows. */
interface ConnectionEnd {
  readonly event: SocketEvent;
  readonly opened: ConntrackEvent | null;
}

/** When nodes began to track the connections of clients. */
class Openings {
  readonly #byClient = new Map<string, ConntrackEvent[]>();
  readonly #isWatched: boolean;

  constructor(events: readonly HistoryEvent[]) {
    // What began in a gap would have the time of whoever had the port before.
    this.#isWatched = !events.some(
      ({ type, source }) => type === 'observation-gap' && source === 'conntrack',
    );
    for (const event of events) {
      if (event.type !== 'conntrack' || event.change !== 'new') continue;
      const key = clientKey(event.clientAddress, event.clientPort, event.serviceAddress);
      const known = this.#byClient.get(key);
      if (known === undefined) this.#byClient.set(key, [event]);
      else known.push(event);
    }
  }

  /**
   * That of the connection that ended so. One that never came about may have been led by an old entry, whose time is that
   * of another connection; so nothing is said of it.
   */
  of({
    from,
    localAddress,
    localPort,
    remoteAddress,
    atNs,
    uncertaintyNs,
  }: SocketEvent): ConntrackEvent | null {
    if (!this.#isWatched || from !== 'ESTABLISHED') return null;
    const known = this.#byClient.get(clientKey(localAddress, localPort, remoteAddress)) ?? [];
    return (
      known
        .filter((opening) => opening.atNs - opening.uncertaintyNs <= atNs + uncertaintyNs)
        .toSorted((a, b) => a.atNs - b.atNs)
        .at(-1) ?? null
    );
  }
}

function clientKey(address: string, port: number, service: string): string {
  return `${address} ${port} ${service}`;
}

/**
 * A first request's connection was opened no earlier than k6 began with it, and a later one's before k6 had that
 * connection, which is as old as k6 says.
 */
function fitsOpening(
  record: RequestRecord,
  { atNs, uncertaintyNs }: ConntrackEvent,
  slackNs: number,
): boolean {
  return record.requestOnConnection === 0
    ? atNs + uncertaintyNs >= openedNs(record) - slackNs
    : atNs - uncertaintyNs <= openedNs(record) + slackNs;
}

/**
 * The end that is the only one left for a request, once those are taken that are the only ones left for others. Where
 * one end is left for two requests, that of one of them was not told: neither has it.
 */
function onlyOnes(
  fitting: ReadonlyMap<RequestRecord, readonly ConnectionEnd[]>,
): ReadonlyMap<RequestRecord, ConnectionEnd> {
  const found = new Map<RequestRecord, ConnectionEnd>();
  const taken = new Set<ConnectionEnd>();
  const open = new Map(fitting);
  for (;;) {
    const alone = new Map<ConnectionEnd, RequestRecord[]>();
    for (const [record, ends] of open) {
      const [only, ...more] = ends.filter((end) => !taken.has(end));
      if (only === undefined || more.length > 0) continue;
      alone.set(only, [...(alone.get(only) ?? []), record]);
    }
    if (alone.size === 0) return found;
    for (const [end, records] of alone) {
      for (const each of records) open.delete(each);
      const [record, ...more] = records;
      if (record === undefined || more.length > 0) continue;
      found.set(record, end);
      taken.add(end);
    }
  }
}

function changesOf({ outcome, errorCode }: RequestRecord): readonly string[] {
  const told = outcome === 'reset' ? CHANGES_OF_RESET[errorCode ?? ''] : undefined;
  return told ?? CHANGES[outcome] ?? [];
}

function isWithoutPort({ engine, clientPort, startNs }: RequestRecord): boolean {
  return engine === 'k6' && clientPort === null && startNs !== null;
}

/** When the connection attempt began, or before: of one that is used again, as old as it is. */
function openedNs({ startNs, intendedNs, connectionAgeMs }: RequestRecord): number {
  return (startNs ?? intendedNs) - (connectionAgeMs ?? 0) * NS_PER_MS;
}

/** That of a request whose port its engine told. */
function isEndOf(record: RequestRecord, { localPort, remoteAddress, atNs }: SocketEvent): boolean {
  const { clientPort, serverAddress, endNs } = record;
  if (clientPort !== localPort || serverAddress !== remoteAddress) return false;
  return atNs >= openedNs(record) - OTHERS_SLACK_NS && atNs <= (endNs ?? Infinity) + OTHERS_SLACK_NS;
}
