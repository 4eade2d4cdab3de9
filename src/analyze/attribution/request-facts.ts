import { NS_PER_MS } from '../../model/duration.ts';
import type { Evidence, PodProof } from '../../model/attribution.ts';
import type { ConntrackEvent, ResetEvent, RetransmitEvent, SocketEvent } from '../../model/history-event.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import { orderOf } from '../order-of.ts';
import type { KnownPod } from '../pod-book.ts';
import type { ClientEnd, ClientSide } from './connection-index.ts';
import { findSent } from './find-sent.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** A load process stamps in its event loop; the packet leaves some microseconds later. */
const LEDGER_UNCERTAINTY_NS = 50_000;
const STAMP_SLACK_NS = 2 * NS_PER_MS;

/** All that was observed of one failed request's own connection. */
export interface RequestFacts {
  readonly record: RequestRecord;
  readonly startNs: number;
  readonly endNs: number;
  /** Of both, either way: more where the load ran on another clock. */
  readonly uncertaintyNs: number;
  readonly fresh: boolean;
  readonly target: Target | null;
  /** Several Pods fit the port and the time equally well: none of them counts as proven. */
  readonly targetDoubtful: boolean;
  /** The RST that the target answered with; `matched` when it went to the very port of this connection. */
  readonly podReset: { readonly event: ResetEvent; readonly matched: boolean } | null;
  /** A RST to the client's port from something that is no Pod. */
  readonly nodeReset: ResetEvent | null;
  /** How the target ended the established connection, seen in the kernel. */
  readonly closedByPod: {
    readonly event: SocketEvent | ResetEvent;
    /** With data that no process had read. */
    readonly unread: boolean;
    /** Of the RST by which it ended; `null`: it ended by a FIN, or nobody saw the RST. */
    readonly reason: string | null;
  } | null;
  /** A RST that the target sent afterwards, as the answer to what still came. */
  readonly resetAfterClose: ResetEvent | null;
  /** The client ended the connection before the target did; `seen`: the order of the two was. */
  readonly closedByClient: { readonly event: SocketEvent | ResetEvent; readonly seen: boolean } | null;
  /** When the connection attempt had to be repeated: the answer, if there was one, is that to the last. */
  readonly retransmits: readonly RetransmitEvent[];
  readonly evidence: readonly Evidence[];
}

export interface Target {
  readonly pod: KnownPod;
  readonly proof: PodProof;
  readonly sentByNode: string | null;
}

/** Joins a ledger row with the events of its connection, by port and time. */
export function requestFacts(record: RequestRecord, trial: TrialEvidence): RequestFacts {
  const startNs = record.startNs ?? record.intendedNs;
  const endNs = Math.max(record.endNs ?? startNs, startNs);
  const fresh = (record.requestOnConnection ?? 0) === 0;
  const openNs = fresh ? startNs : startNs - (record.connectionAgeMs ?? 0) * NS_PER_MS;
  const evidence: Evidence[] = [];
  const end = clientEnd(record, trial);
  const clockNs = trial.clockUncertaintyNs.get(record.load) ?? 0;
  const uncertaintyNs = LEDGER_UNCERTAINTY_NS + clockNs;
  const slackNs = STAMP_SLACK_NS + clockNs;
  const span: Span = { record, end, startNs, endNs, openNs, uncertaintyNs, slackNs, fresh };

  const { target, peerPort, doubtful } = findTarget(span, trial, evidence);
  const podIP = target?.pod.podIP ?? null;
  const inside =
    podIP === null || peerPort === null
      ? []
      : trial.connections.insidePod(podIP, peerPort, openNs - slackNs, endNs + 5 * NS_PER_MS + clockNs);
  const closedByPod = findClose(inside, startNs);
  const onClient =
    end === null ? [] : trial.connections.onClient(end, openNs - slackNs, endNs + NS_PER_MS + clockNs);
  return {
    record,
    startNs,
    endNs,
    uncertaintyNs,
    fresh,
    target,
    targetDoubtful: doubtful,
    podReset: findPodReset(span, inside, podIP, trial),
    nodeReset:
      end === null ? null : (trial.connections.resetsByNodes(end, startNs, endNs + NS_PER_MS).at(-1) ?? null),
    closedByPod,
    resetAfterClose:
      closedByPod === null
        ? null
        : (inside.find(
            (event): event is ResetEvent =>
              event.type === 'reset-sent' &&
              event.atNs > closedByPod.event.atNs &&
              event.atNs >= startNs - uncertaintyNs &&
              !isOfClosing(event),
          ) ?? null),
    closedByClient: findClientClose(inside, onClient, closedByPod, endNs),
    retransmits: onClient.filter(
      (event): event is RetransmitEvent => event.type === 'retransmit' && event.state === 'SYN_SENT',
    ),
    evidence,
  };
}

interface Span {
  readonly record: RequestRecord;
  /** `null`: it never had a port. */
  readonly end: ClientEnd | null;
  readonly startNs: number;
  readonly endNs: number;
  readonly openNs: number;
  /** Of these times. */
  readonly uncertaintyNs: number;
  /** How far from them an event of this connection may be stamped. */
  readonly slackNs: number;
  readonly fresh: boolean;
}

interface FoundTarget {
  readonly target: Target | null;
  /** The client's port as the Pod sees it. */
  readonly peerPort: number | null;
  readonly doubtful: boolean;
}

function clientEnd(
  { clientPort, serverAddress, load }: RequestRecord,
  trial: TrialEvidence,
): ClientEnd | null {
  if (clientPort === null) return null;
  return { client: trial.clients.get(load) ?? null, port: clientPort, serverAddress };
}

/** Connection tracking knows best; then who answered; what the Pod's kernel saw of the port; which address it was. */
function findTarget(span: Span, trial: TrialEvidence, evidence: Evidence[]): FoundTarget {
  const { record, end, openNs, fresh } = span;
  const answered = record.pod === null ? undefined : trial.book.byName(record.pod, span.endNs);
  if (end !== null) {
    const { port } = end;
    const sent = findSent(trial.connections, end, openNs, fresh, span.slackNs - STAMP_SLACK_NS);
    const newest = sent?.event;
    const pod = newest === undefined ? undefined : trial.book.byAddress(newest.podIP, newest.atNs);
    // Who answered is who had it: what tracking joined by port and time was another connection's.
    const another = answered !== undefined && pod !== undefined && answered.name !== pod.name;
    if (another) {
      const what = `by its port it was sent to Pod ${pod.name}, but ${answered.name} answered it`;
      evidence.push({ eventId: newest?.id ?? null, atNs: newest?.atNs ?? openNs, what });
      const target: Target = { pod: answered, proof: 'answer', sentByNode: null };
      return { target, peerPort: null, doubtful: true };
    }
    if (sent !== undefined && newest !== undefined && pod !== undefined) {
      const doubtful = sent.several || (sent.late && !isSeenInside(span, newest, trial));
      const direct = newest.serviceAddress === newest.podIP;
      const what = direct
        ? `the client itself chose Pod ${pod.name}, as ${newest.node} saw it pass`
        : `${newest.node} sent the connection to Pod ${pod.name}`;
      evidence.push({ eventId: newest.id, atNs: newest.atNs, what });
      const sentByNode = direct ? null : newest.node;
      const target: Target = { pod, proof: 'conntrack', sentByNode };
      // Without the translated port nothing inside the Pod can be matched, unless nobody translated it.
      return { target, peerPort: newest.seenPort ?? port, doubtful };
    }
  }
  if (answered !== undefined) {
    const target: Target = { pod: answered, proof: 'answer', sentByNode: null };
    // It tells its name: in a StatefulSet its successor has the same.
    const doubtful = trial.app?.kind === 'StatefulSet' || trial.book.isSharedName(answered.name);
    return { target, peerPort: record.clientPort, doubtful };
  }
  const seen = end === null ? undefined : seenAsItself(end, span, trial);
  const pod = seen === undefined ? undefined : trial.book.byAddress(seen.localAddress, seen.atNs);
  if (seen !== undefined && pod !== undefined) {
    const what = `the kernel saw the client's port at Pod ${pod.name}`;
    evidence.push({ eventId: seen.id, atNs: seen.atNs, what });
    const target: Target = { pod, proof: 'kernel', sentByNode: null };
    return { target, peerPort: record.clientPort, doubtful: false };
  }
  const address = record.serverAddress ?? '';
  const own = trial.book.isPodAddress(address) ? trial.book.byAddress(address, openNs) : undefined;
  if (own !== undefined) {
    evidence.push({ eventId: null, atNs: span.startNs, what: `the client itself chose Pod ${own.name}` });
    const target: Target = { pod: own, proof: 'address', sentByNode: null };
    return { target, peerPort: record.clientPort, doubtful: false };
  }
  return { target: null, peerPort: null, doubtful: false };
}

/**
 * A Pod's kernel saw the client under its own port. Where nodes masquerade, a Pod sees a node's address and a port of
 * the node's choice, which by chance may be some other client's: such a peer is not taken for the client.
 */
function seenAsItself(
  end: ClientEnd,
  { openNs, endNs, slackNs }: Span,
  trial: TrialEvidence,
): SocketEvent | ResetEvent | undefined {
  const { connections } = trial;
  const own = connections
    .onClient(end, openNs, endNs + slackNs)
    .find((event) => event.type === 'socket-state');
  const address = end.client ?? own?.localAddress;
  const addresses = address === undefined ? connections.clientAddresses : new Set([address]);
  return connections
    .insideAnyPod(end.port, openNs, endNs)
    .find(({ remoteAddress }) => addresses.size === 0 || addresses.has(remoteAddress));
}

/** The Pod's own kernel saw the connection, by the very port that was given to it, while the request was under way. */
function isSeenInside(
  { openNs, endNs, slackNs }: Span,
  { podIP, clientPort, seenPort }: ConntrackEvent,
  trial: TrialEvidence,
): boolean {
  const [fromNs, toNs] = [openNs - slackNs, endNs + slackNs];
  return trial.connections.insidePod(podIP, seenPort ?? clientPort, fromNs, toNs).length > 0;
}

function findPodReset(
  span: Span,
  inside: readonly (SocketEvent | ResetEvent)[],
  podIP: string | null,
  trial: TrialEvidence,
): RequestFacts['podReset'] {
  const fromNs = span.startNs - span.uncertaintyNs;
  const matched = inside.find(
    (event): event is ResetEvent => event.type === 'reset-sent' && event.atNs >= fromNs,
  );
  if (matched !== undefined) return { event: matched, matched: true };
  if (podIP === null) return null;
  const event = trial.connections.resetsBy(podIP, fromNs, span.endNs + span.uncertaintyNs).at(-1);
  return event === undefined ? null : { event, matched: false };
}

/** A RST that is itself the closing of a connection, not the answer to a packet that came too late. */
function isOfClosing(event: ResetEvent): boolean {
  return /ABORT_ON_CLOSE|ABORT_ON_LINGER|TCP_STATE|DISCONNECT/.test(event.reason);
}

function findClose(
  inside: readonly (SocketEvent | ResetEvent)[],
  startNs: number,
): RequestFacts['closedByPod'] {
  const unread = inside.some((event) => event.type === 'reset-sent' && /ABORT_ON_CLOSE/.test(event.reason));
  const reset = inside.find(
    (event): event is ResetEvent => event.type === 'reset-sent' && isOfClosing(event),
  );
  const reason = reset?.reason ?? null;
  const left = inside.find(
    (event) =>
      event.type === 'socket-state' &&
      event.from === 'ESTABLISHED' &&
      (event.to === 'FIN_WAIT1' || event.to === 'CLOSE'),
  );
  if (left !== undefined) return { event: left, unread, reason };
  return reset === undefined || reset.atNs < startNs ? null : { event: reset, unread, reason };
}

/**
 * The client went first: the Pod's side was told so (CLOSE_WAIT), or the client's own socket was closed before the
 * Pod's, or the client reset the connection itself. What it does once the outcome is known does not count.
 */
function findClientClose(
  inside: readonly (SocketEvent | ResetEvent)[],
  onClient: readonly ClientSide[],
  closedByPod: RequestFacts['closedByPod'],
  endNs: number,
): RequestFacts['closedByClient'] {
  const serverFirst = onClient.some(
    (event) => event.type === 'socket-state' && event.to === 'CLOSE_WAIT' && event.atNs <= endNs,
  );
  if (serverFirst) return null;
  const left = (to: string) => (event: SocketEvent | ResetEvent | RetransmitEvent) =>
    event.type === 'socket-state' && event.from === 'ESTABLISHED' && event.to === to && event.atNs <= endNs;
  const told = inside.find(left('CLOSE_WAIT'));
  const isBeforePods = ({ atNs }: { readonly atNs: number }) =>
    closedByPod === null || atNs < closedByPod.event.atNs;
  if (told !== undefined) return isBeforePods(told) ? { event: told, seen: true } : null;
  // A RST that a client gets closes its socket after the Pod's; one that it sends closes the Pod's after its own.
  const own = onClient.find(
    (event): event is ResetEvent =>
      event.type === 'reset-sent' && event.reason !== 'NO_SOCKET' && event.atNs <= endNs,
  );
  const closed = onClient.find(left('CLOSE'));
  const podLeft = inside.find(left('CLOSE'));
  if (own === undefined) return null;
  if (closed?.type === 'socket-state' && podLeft !== undefined) {
    if (orderOf(closed, podLeft) === 'before') return { event: closed, seen: true };
  }
  return isBeforePods(own) ? { event: own, seen: false } : null;
}
