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

/**
 * To which Pod a connection that was opened then was sent, as far as connection tracking tells.
 *
 * @param clockNs how far off the load's clock may be
 */
export function findSent(
  connections: ConnectionIndex,
  end: ClientEnd,
  openNs: number,
  fresh: boolean,
  clockNs = 0,
): Sent | undefined {
  const fromNs = openNs - (fresh ? STAMP_SLACK_NS + clockNs : HANDSHAKE_NS);
  const toNs = openNs + FIRST_PACKET_NS;
  const sent = connections.sentFrom(end, fromNs, toNs);
  const newest = sent.at(-1);
  if (newest !== undefined) {
    const several = fresh && new Set(sent.map(({ podIP }) => podIP)).size > 1;
    return { event: newest, several, late: false };
  }
  const late = connections.sentFrom(end, toNs, openNs + LATE_STAMP_NS).at(0);
  return late === undefined ? undefined : { event: late, several: false, late: true };
}
