import { NS_PER_MS } from '../../model/duration.ts';
import type { ConntrackEvent } from '../../model/history-event.ts';
import type { ClientEnd, ConnectionIndex } from './connection-index.ts';

/** A connection is tracked when its first packet passes, some time after the client meant it to. */
const FIRST_PACKET_NS = 50 * NS_PER_MS;
/** Its stamp is a program's own, which on a machine short of CPU was seen to come to its turn 110 ms late. */
const LATE_STAMP_NS = 2000 * NS_PER_MS;
/** A kept-alive connection is as old as the ledger says from when it was established; its SYN may be older. */
const HANDSHAKE_NS = 2_500 * NS_PER_MS;
const STAMP_SLACK_NS = 2 * NS_PER_MS;

export interface Sent {
  readonly event: ConntrackEvent;
  /** Several Pods fit the port and the time. */
  readonly several: boolean;
  /** Stamped so late that it may be a later connection from the same port. */
  readonly late: boolean;
}

/** When a connection was opened, ns, as the ledger tells. */
export interface Opened {
  readonly openNs: number;
  readonly fresh: boolean;
  /** When the outcome of a fresh connection's request was known: until then the client may have tried again. */
  readonly endNs: number;
  /** How far off the load's clock may be. */
  readonly clockNs?: number;
}

/**
 * To which Pod a connection was sent, as far as connection tracking tells. A SYN without an answer is sent again, and
 * may be sent to another Pod: the last one counts. Of several entries those come first whose Pod is known to have had the
 * connection when it was used: an earlier one from the same port may have been stamped late.
 */
export function findSent(
  connections: ConnectionIndex,
  end: ClientEnd,
  { openNs, fresh, endNs, clockNs = 0 }: Opened,
  hadIt?: (event: ConntrackEvent) => boolean,
): Sent | undefined {
  const fromNs = openNs - (fresh ? STAMP_SLACK_NS + clockNs : HANDSHAKE_NS);
  const toNs = openNs + FIRST_PACKET_NS;
  const sent = connections.sentFrom(end, fromNs, fresh ? Math.max(toNs, endNs + clockNs) : toNs);
  const had = hadIt === undefined ? sent.at(-1) : sent.findLast(hadIt);
  const newest = sent.at(-1);
  const several = fresh && new Set(sent.map(({ podIP }) => podIP)).size > 1;
  if (had !== undefined) return { event: had, several, late: false };
  const late = connections.sentFrom(end, toNs, openNs + LATE_STAMP_NS);
  const later = hadIt === undefined ? undefined : late.find(hadIt);
  if (later !== undefined) return { event: later, several: newest !== undefined, late: true };
  if (newest !== undefined) return { event: newest, several, late: false };
  const [first] = late;
  return first === undefined ? undefined : { event: first, several: false, late: true };
}

/**
 * An entry that an earlier connection of the same ends has left, and that was never forgotten: a new connection from
 * that port is sent where the old one was. `undefined`: there is none.
 */
export function findLeftEntry(
  connections: ConnectionIndex,
  end: ClientEnd,
  openNs: number,
): ConntrackEvent | undefined {
  const left = connections.sentFrom(end, -Infinity, openNs - STAMP_SLACK_NS).at(-1);
  return left === undefined || connections.wasForgotten(left, openNs) ? undefined : left;
}
