import type { Evidence } from '../../model/attribution.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type {
  ConntrackEvent,
  ResetEvent,
  ResetReceivedEvent,
  RetransmitEvent,
  SocketEvent,
} from '../../model/history-event.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import { orderOf, type Moment } from '../times/order-of.ts';
import type { ClientSide, PodSide } from './connection-index.ts';
import { connectionOf, findTarget, type FoundTarget, type Target } from './find-target.ts';
import { requestSpan, type RequestSpan } from './request-span.ts';
import type { TrialEvidence } from './trial-evidence.ts';

export type { Target } from './find-target.ts';

/** How far behind the client's stamp of its end the Pod's side of it may come. */
const AFTERMATH_NS = 5 * NS_PER_MS;

/** All that was observed of one failed request's own connection. */
export interface RequestFacts extends RequestSpan {
  readonly record: RequestRecord;
  /** It carries more than its head: the Pod may have read a part of it, and refuse the rest. */
  readonly hasBody: boolean;
  readonly target: Target | null;
  /** Several Pods fit the port and the time equally well: none of them counts as proven. */
  readonly targetDoubtful: boolean;
  /** When connection tracking saw it sent to the target; `null`: it did not. */
  readonly sent: Moment | null;
  /** The Pod's kernel saw the connection established. */
  readonly established: SocketEvent | null;
  /** The RST by which the target refused the attempt to connect; `matched`: it went to this very connection's other end. */
  readonly podReset: { readonly event: ResetEvent; readonly matched: boolean } | null;
  /** A RST to the client's port from something that is no Pod. */
  readonly nodeReset: ResetEvent | null;
  /** How the target ended the established connection, seen in the kernel. */
  readonly closedByPod: Close | null;
  /** A RST that the target sent afterwards, as the answer to what still came. */
  readonly resetAfterClose: ResetEvent | null;
  /** The Pod's side was ended by a RST that it got, and nobody saw the client send one. */
  readonly cutOnTheWay: PodSide | null;
  /** The client's kernel got a RST, and no kernel that was watched sent one: neither the Pod's nor a node's. */
  readonly resetByNobody: ResetReceivedEvent | null;
  /** A node took the request for a new connection: it had lost its entry for the one that it came on. */
  readonly retracked: ConntrackEvent | null;
  /** The node answered the client that gave up waiting: it knew no such connection any more. */
  readonly forgotten: ResetEvent | null;
  /** The client's kernel refused what came as an answer to its attempt to connect: it was of another connection. */
  readonly staleAnswer: ResetEvent | null;
  /** The client's kernel got the FIN of the other side's close; a RST may be anybody's. */
  readonly clientTold: boolean;
  /** The client ended the connection before the target did; `seen`: the order of the two was. */
  readonly closedByClient: { readonly event: PodSide; readonly seen: boolean } | null;
  /** When the connection attempt had to be repeated: the answer, if there was one, is that to the last. */
  readonly retransmits: readonly RetransmitEvent[];
  readonly evidence: readonly Evidence[];
}

/** The end that a Pod's own kernel, or a process in it, made of an established connection. */
export interface Close {
  readonly event: SocketEvent | ResetEvent;
  /** With data that no process had read. */
  readonly unread: boolean;
  /** Of the RST by which it ended; `null`: it ended by a FIN, or nobody saw the RST. */
  readonly reason: string | null;
  /** When a process last took data from it, ns; `null`: nobody saw one do so. */
  readonly lastReadNs: number | null;
}

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'TRACE']);

/** Joins a ledger row with the events of its connection, by both its ends and the time in which it lived. */
export function requestFacts(record: RequestRecord, trial: TrialEvidence): RequestFacts {
  const span = requestSpan(record, trial);
  const found = findTarget(record, span, trial);
  const connection = found.ends === null ? null : connectionOf(found.ends, span, trial);
  const { startNs, endNs, openNs, sinceNs, slackNs, clockNs } = span;
  // The client's own address, as a node saw it that the connection came to: another may have the same port.
  const end = span.end === null ? null : { ...span.end, client: span.end.client ?? found.clientAddress };
  const untilNs = endNs + AFTERMATH_NS + clockNs;
  const fromNs = sinceNs - slackNs;
  const inside = (connection?.events ?? []).filter(({ atNs }) => atNs >= fromNs && atNs <= untilNs);
  const onClient = end === null ? [] : trial.connections.onClient(end, fromNs, endNs + NS_PER_MS + clockNs);
  const closedByPod = findClose(inside, startNs);
  const podReset = findPodReset(span, found, trial);
  const nodeReset =
    end === null ? null : (trial.connections.resetsByNodes(end, startNs, endNs + NS_PER_MS).at(-1) ?? null);
  const told = onClient.find((event): event is ResetReceivedEvent => event.type === 'reset-received');
  const sentByNobody = trial.hasKernel && closedByPod === null && podReset === null && nodeReset === null;
  const closedByClient = findClientClose(inside, onClient, closedByPod, {
    endNs,
    // Without the client's address another one may have the same port.
    isOwn: end !== null && end.client !== null,
  });
  return {
    ...span,
    end,
    record,
    hasBody: !WITHOUT_BODY.has(record.method.toUpperCase()),
    target: found.target,
    targetDoubtful: found.doubtful,
    sent: found.sent,
    established: connection?.established ?? null,
    podReset,
    nodeReset,
    closedByPod,
    resetAfterClose: closedByPod === null ? null : findLateReset(inside, closedByPod, span),
    cutOnTheWay: closedByPod !== null || closedByClient !== null ? null : findCut(inside, record, span),
    resetByNobody: sentByNobody && closedByClient === null ? (told ?? null) : null,
    retracked: found.retracked,
    forgotten: record.outcome === 'response-timeout' && nodeReset?.reason === 'NO_SOCKET' ? nodeReset : null,
    staleAnswer:
      onClient.find(
        (event): event is ResetEvent => event.type === 'reset-sent' && /INVALID_ACK/.test(event.reason),
      ) ?? null,
    clientTold: onClient.some((event) => event.type === 'socket-state' && event.to === 'CLOSE_WAIT'),
    closedByClient,
    retransmits:
      end === null
        ? []
        : trial.connections
            .onClient(end, openNs - slackNs, endNs + NS_PER_MS + clockNs)
            .filter(
              (event): event is RetransmitEvent => event.type === 'retransmit' && event.state === 'SYN_SENT',
            ),
    evidence: found.evidence,
  };
}

function findPodReset(
  span: RequestSpan,
  { ends, target }: FoundTarget,
  trial: TrialEvidence,
): RequestFacts['podReset'] {
  const fromNs = span.startNs - span.uncertaintyNs;
  const between = ends === null ? [] : trial.connections.insidePod(ends, fromNs, span.endNs + AFTERMATH_NS);
  const matched = between.find((event): event is ResetEvent => event.type === 'reset-sent');
  if (matched !== undefined) return { event: matched, matched: true };
  const podIP = target?.pod.podIP ?? null;
  if (podIP === null) return null;
  const event = trial.connections.resetsBy(podIP, fromNs, span.endNs + span.uncertaintyNs).at(-1);
  return event === undefined ? null : { event, matched: false };
}

/** A RST that is itself the closing of a connection, not the answer to a packet that came too late. */
function isOfClosing(event: ResetEvent): boolean {
  return /ABORT_ON_CLOSE|ABORT_ON_LINGER|TCP_STATE$|DISCONNECT/.test(event.reason);
}

function isLeft(event: PodSide, ...to: readonly string[]): event is SocketEvent {
  return event.type === 'socket-state' && event.from === 'ESTABLISHED' && to.includes(event.to);
}

/** A process that closes at once resets the connection in the same moment. */
const SAME_MOMENT_NS = NS_PER_MS;

/**
 * FIN_WAIT1 is always this side's own doing. A connection that is closed at once is so by a RST that the Pod sent, or by
 * one that it got: only the first is its own doing.
 */
function findClose(inside: readonly PodSide[], startNs: number): Close | null {
  const unread = inside.some((event) => event.type === 'reset-sent' && /ABORT_ON_CLOSE/.test(event.reason));
  const reset = inside.find(
    (event): event is ResetEvent => event.type === 'reset-sent' && isOfClosing(event),
  );
  const reason = reset?.reason ?? null;
  const left = inside.find((event) => isLeft(event, 'FIN_WAIT1', 'CLOSE'));
  if (left !== undefined) {
    const own = left.to === 'FIN_WAIT1' || isResetByPod(inside, left);
    return own ? { event: left, unread, reason, lastReadNs: left.lastReadNs ?? null } : null;
  }
  return reset === undefined || reset.atNs < startNs
    ? null
    : { event: reset, unread, reason, lastReadNs: null };
}

function isResetByPod(inside: readonly PodSide[], left: SocketEvent): boolean {
  const isNear = ({ atNs }: PodSide): boolean => Math.abs(atNs - left.atNs) <= SAME_MOMENT_NS;
  // A process that closes says so in the reason, and may lose its CPU between the close and the RST.
  const sent = inside.find(
    (event) =>
      event.type === 'reset-sent' &&
      (isNear(event) || (isOfClosing(event) && orderOf(left, event) === 'before')),
  );
  const got = inside.find((event) => event.type === 'reset-received' && isNear(event));
  if (sent === undefined) return false;
  // A RST that came in is told before it closes the connection.
  return got === undefined || sent.atNs < got.atNs || orderOf(left, got) === 'before';
}

function findLateReset(inside: readonly PodSide[], close: Close, span: RequestSpan): ResetEvent | null {
  const late = inside.find(
    (event): event is ResetEvent =>
      event.type === 'reset-sent' &&
      event.atNs > close.event.atNs &&
      event.atNs >= span.startNs - span.uncertaintyNs &&
      !isOfClosing(event),
  );
  return late ?? null;
}

/**
 * The Pod's side ended at once, by no process of its own and no RST of its own. A client that gives up waiting may reset
 * the connection, too: only what came before counts.
 */
function findCut(all: readonly PodSide[], { outcome }: RequestRecord, span: RequestSpan): PodSide | null {
  const untilNs = outcome === 'response-timeout' ? span.endNs - span.slackNs : Infinity;
  const inside = all.filter(({ atNs }) => atNs <= untilNs);
  const told = inside.find(({ type }) => type === 'reset-received');
  if (told !== undefined) return told;
  return inside.find((event) => isLeft(event, 'CLOSE')) ?? null;
}

/**
 * The client went first: the Pod's side was told so (CLOSE_WAIT), or the client's own socket was closed before the
 * Pod's, or the client reset the connection itself. What it does once the outcome is known does not count.
 */
function findClientClose(
  inside: readonly PodSide[],
  onClient: readonly ClientSide[],
  closedByPod: Close | null,
  { endNs, isOwn }: { readonly endNs: number; readonly isOwn: boolean },
): RequestFacts['closedByClient'] {
  const serverFirst = onClient.some(
    (event) => event.type === 'socket-state' && event.to === 'CLOSE_WAIT' && event.atNs <= endNs,
  );
  if (serverFirst) return null;
  const told = inside.find((event) => isLeft(event, 'CLOSE_WAIT') && event.atNs <= endNs);
  const isBeforePods = ({ atNs }: { readonly atNs: number }) =>
    closedByPod === null || atNs < closedByPod.event.atNs;
  if (told !== undefined) return isBeforePods(told) ? { event: told, seen: true } : null;
  // A RST that a client gets closes its socket after the Pod's; one that it sends closes the Pod's after its own.
  const own = onClient.find(
    (event): event is ResetEvent =>
      event.type === 'reset-sent' && event.reason !== 'NO_SOCKET' && event.atNs <= endNs,
  );
  if (own === undefined) return null;
  // What it got first it only answers.
  const got = onClient.find((event): event is ResetReceivedEvent => event.type === 'reset-received');
  if (got !== undefined && got.atNs <= own.atNs) return null;
  const closed = onClient.find(
    (event): event is SocketEvent =>
      event.type === 'socket-state' &&
      event.from === 'ESTABLISHED' &&
      event.to === 'CLOSE' &&
      event.atNs <= endNs,
  );
  const podLeft = inside.find((event) => isLeft(event, 'CLOSE'));
  if (closed !== undefined && podLeft !== undefined && orderOf(closed, podLeft) === 'before') {
    return { event: closed, seen: isOwn };
  }
  return isBeforePods(own) ? { event: own, seen: false } : null;
}
