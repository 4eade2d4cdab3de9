import { NS_PER_MS } from '../../model/duration.ts';
import type { HistoryEvent, SocketEvent } from '../../model/history-event.ts';
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
/** An engine that knows its ports stamps a failure when its event loop comes to it. */
const OTHERS_SLACK_NS = 100 * NS_PER_MS;

/**
 * k6 does not tell from which port it sent a request. The kernel tells of every client's connection that did not come
 * about, and of every one that the server ended, with both its ends. The connection of a request that failed so is one of
 * those that ended between when k6 opened it and when k6 knew of the failure, both of which are certain bounds. Where
 * just one fits, it is the one; where several do, or the trace has a gap, nobody knows.
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
  const ends = events.filter(
    (event): event is SocketEvent =>
      event.type === 'socket-state' &&
      event.remotePort !== 0 &&
      !book.isPodAddress(event.localAddress) &&
      !others.some((other) => isEndOf(other, event)),
  );
  const found = new Map<RequestRecord, SocketEvent>();
  const times = new Map<SocketEvent, number>();
  for (const record of failed) {
    if (!isWithoutPort(record)) continue;
    const fromNs = openedNs(record) - clockNs(record.load);
    const toNs = (record.endNs ?? Infinity) + clockNs(record.load);
    if (gaps.some((gap) => gap.type === 'observation-gap' && gap.fromNs <= toNs && gap.toNs >= fromNs))
      continue;
    const changes = CHANGES[record.outcome] ?? [];
    const [only, ...more] = ends.filter(
      ({ from, to, remoteAddress, atNs, uncertaintyNs }) =>
        changes.includes(`${from} ${to}`) &&
        remoteAddress === record.serverAddress &&
        atNs + uncertaintyNs >= fromNs &&
        atNs - uncertaintyNs <= toNs,
    );
    if (only === undefined || more.length > 0) continue;
    found.set(record, only);
    times.set(only, (times.get(only) ?? 0) + 1);
  }
  return failed.map((record) => {
    const end = found.get(record);
    // One end for two requests: that of one of them was not told.
    if (end === undefined || times.get(end) !== 1) return record;
    return { ...record, clientPort: end.localPort };
  });
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
