import type { NewHistoryEvent } from '../../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../../src/model/request-record.ts';
import { failed } from '../../build-history.ts';
import { scene as s, type PodKey } from '../write-scene.ts';
import type { Connection } from './story.ts';
import { but, PID, toNs } from './words.ts';

export const PORT = 40_001;
export const SEEN = 51_234;

/**
 * Fresh: opened for this request. Kept: `ageMs` old when it is sent, older where it had to be opened `before` some moment
 * (its listener's close, its own close), and used before.
 */
export function connectionTo(
  pod: PodKey,
  startMs: number,
  endMs: number,
  ageMs: number | null,
  before = Infinity,
): Connection {
  const known = { pod, port: PORT, seenPort: SEEN, masqueraded: true, startMs, endMs };
  if (ageMs === null) return { ...known, openMs: startMs, answeredMs: null };
  const openMs = Math.min(startMs, before) - ageMs;
  return { ...known, openMs, answeredMs: Math.min(startMs, before) - ageMs / 4 };
}

/** The ledger's row of the request that failed. */
export function rowOf(
  { port, openMs, startMs, endMs }: Connection,
  changes: Partial<RequestRecord>,
): RequestRecord {
  return {
    ...failed(1, startMs, { clientPort: port, endNs: toNs(endMs) }),
    ...{ intendedNs: toNs(startMs), startNs: toNs(startMs) },
    ...(openMs < startMs && { requestOnConnection: 3, connectionAgeMs: startMs - openMs }),
    ...changes,
  };
}

/** Its handshake, as node1 and the Pod saw it. */
export function opened({ pod, port, seenPort, openMs }: Connection): readonly NewHistoryEvent[] {
  return [s.sent(pod, port, seenPort, openMs + 0.05), established(pod, seenPort, openMs + 0.1)];
}

export function established(pod: PodKey, seenPort: number, at: number): NewHistoryEvent {
  return s.socket(pod, seenPort, 'SYN_RECV', 'ESTABLISHED', at);
}

/** Of the process that closes; its last read is of the request before where it did not come to read this one. */
export interface Closer {
  readonly pid?: number;
  readonly readMs?: number | null;
}

/** The Pod's side closes: by a FIN, or, with something unread, by a RST; and the client is told. */
export function closedByPod(
  c: Connection,
  at: number,
  how: 'fin' | 'unread' | 'unaccepted',
  closer: Closer = {},
): readonly NewHistoryEvent[] {
  const { pod, port, seenPort } = c;
  const left = (to: string) => leftBy(s.socket(pod, seenPort, 'ESTABLISHED', to, at, true), c, closer);
  if (how === 'fin') return [left('FIN_WAIT1'), s.clientSocket(port, 'ESTABLISHED', 'CLOSE_WAIT', at + 0.08)];
  const reason = how === 'unread' ? 'TCP_ABORT_ON_CLOSE' : 'TCP_STATE';
  return [
    left('CLOSE'),
    s.podReset(pod, seenPort, reason, at + 0.01),
    ...clientReset(port, 'ESTABLISHED', at + 0.08),
  ];
}

/** What the kernel adds where a connection leaves ESTABLISHED: which process did it, and when data was last taken. */
function leftBy(event: NewHistoryEvent, c: Connection, { pid, readMs }: Closer): NewHistoryEvent {
  const last = readMs === undefined ? lastReadMs(c) : readMs;
  return but(event, { pid: pid ?? PID[c.pod], ...(last !== null && { lastReadNs: toNs(last) }) });
}

/** When the request before this one was read; `null`: there was none. */
export function lastReadMs({ answeredMs }: Connection): number | null {
  return answeredMs === null ? null : answeredMs - 1.5;
}

/** A RST came to the Pod for a connection that stood, and ended it; no process of the Pod had a hand in it. */
export function resetInPod(c: Connection, at: number, readMs?: number | null): readonly NewHistoryEvent[] {
  const { pod, seenPort } = c;
  const last = readMs === undefined ? lastReadMs(c) : readMs;
  const left = s.socket(pod, seenPort, 'ESTABLISHED', 'CLOSE', at);
  return [
    received(s.podReset(pod, seenPort, '', at - 0.002)),
    last === null ? left : but(left, { lastReadNs: toNs(last) }),
  ];
}

/** A RST came to the client. */
export function clientReset(
  port: number,
  from: 'ESTABLISHED' | 'SYN_SENT',
  at: number,
): readonly NewHistoryEvent[] {
  return [received(s.clientReset(port, at - 0.002)), s.clientSocket(port, from, 'CLOSE', at)];
}

/** A RST as its receiver's kernel tells of it: from the other side, and without a reason. */
function received(sent: NewHistoryEvent): NewHistoryEvent {
  return but(sent, { type: 'reset-received', reason: undefined });
}

/** The client closes a connection that still stands: it has given up, or is done with it. */
export function closedByClient(
  c: Connection,
  at: number,
  readMs?: number | null,
): readonly NewHistoryEvent[] {
  const last = readMs === undefined ? lastReadMs(c) : readMs;
  const told = s.socket(c.pod, c.seenPort, 'ESTABLISHED', 'CLOSE_WAIT', at + 0.05);
  return [last === null ? told : but(told, { lastReadNs: toNs(last) })];
}

/** A SYN that nobody took: the Pod's kernel refuses it. */
export function refusedBy({ pod, port, seenPort, startMs }: Connection): readonly NewHistoryEvent[] {
  return [
    s.sent(pod, port, seenPort, startMs + 0.05),
    s.podReset(pod, seenPort, 'NO_SOCKET', startMs + 0.1),
    ...clientReset(port, 'SYN_SENT', startMs + 0.2),
  ];
}
