import type { Evidence, PodProof } from '../../model/attribution.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { ConntrackEvent } from '../../model/history-event.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { Moment } from '../times/order-of.ts';
import type { KnownPod } from '../objects/pod-book.ts';
import type { ClientEnd, ClientSide, PodEnds, SeenConnection } from './connection-index.ts';
import { findLeftEntry, findSent } from './find-sent.ts';
import type { RequestSpan } from './request-span.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** The Pod that a request was sent to. */
export interface Target {
  readonly pod: KnownPod;
  readonly proof: PodProof;
  readonly sentByNode: string | null;
  /**
   * Its address was another Pod's by then: the node still followed the rule that it had made for this one. The other's
   * name; `null` where the address was its own.
   */
  readonly addressTakenBy?: string | null;
  /** An entry of connection tracking from an earlier connection of the same port led there, and no rule of today. */
  readonly byLeftEntry?: boolean;
}

export interface FoundTarget {
  readonly target: Target | null;
  /** The connection's ends as the Pod sees them; `null` where nobody knows the client's as it looks from there. */
  readonly ends: PodEnds | null;
  /** When it was sent there, as connection tracking saw it; `null`: it did not. */
  readonly sent: Moment | null;
  /** The client's own address, as connection tracking saw it; `null`: it did not. */
  readonly clientAddress: string | null;
  /** A node took the request itself for a new connection: it had lost its entry for the one that it came on. */
  readonly retracked: ConntrackEvent | null;
  /** Several Pods fit equally well, or the Pod is known by a name that others have had: it does not count as proven. */
  readonly doubtful: boolean;
  readonly evidence: readonly Evidence[];
}

/** From the moment that a client wants a connection to the Pod's own side of it, and back. */
const HANDSHAKE_NS = 2_500 * NS_PER_MS;

/** Connection tracking knows best; then who answered; which Pod's own address it was; what a Pod's kernel saw of the port. */
export function findTarget(record: RequestRecord, span: RequestSpan, trial: TrialEvidence): FoundTarget {
  return (
    byTracking(record, span, trial) ??
    byAnswer(record, span, trial) ??
    byAddress(record, span, trial) ??
    byKernel(record, span, trial) ??
    byLeftEntry(span, trial) ?? {
      target: null,
      ends: null,
      sent: null,
      clientAddress: null,
      retracked: null,
      doubtful: false,
      evidence: [],
    }
  );
}

/** The one of the connections between these ends that the request was on: the last begun by then, and not over before. */
export function connectionOf(
  ends: PodEnds,
  { openNs, sinceNs, endNs, slackNs }: RequestSpan,
  trial: TrialEvidence,
): SeenConnection | null {
  const all = trial.connections.connectionsBetween(ends);
  const begun = all.filter(({ established, events }) => {
    if (established !== null) {
      const { atNs } = established;
      return atNs >= openNs - HANDSHAKE_NS && atNs <= Math.max(openNs, endNs) + slackNs;
    }
    return (events[0]?.atNs ?? Infinity) <= endNs + slackNs;
  });
  const wasThereNs = Math.max(sinceNs, openNs) - slackNs;
  return begun.findLast((connection) => (leftAtNs(connection) ?? Infinity) >= wasThereNs) ?? null;
}

function leftAtNs({ events }: SeenConnection): number | undefined {
  return events.find((event) => event.type === 'socket-state' && event.from === 'ESTABLISHED')?.atNs;
}

function byTracking(record: RequestRecord, span: RequestSpan, trial: TrialEvidence): FoundTarget | null {
  const { end } = span;
  if (end === null) return null;
  const sent = findSent(
    trial.connections,
    end,
    span,
    (event) => connectionOf(endsOf(event), span, trial) !== null,
  );
  if (sent === undefined) return null;
  const { event } = sent;
  const { pod, takenBy } = addressee(event, trial);
  if (pod === undefined) return null;
  const answered = record.pod === null ? undefined : trial.book.byName(record.pod, span.endNs);
  if (answered !== undefined && answered.name !== pod.name) {
    // Who answered is who had it: what tracking joined by port and time was another connection's.
    const what = `by its port it was sent to Pod ${pod.name}, but ${answered.name} answered it`;
    const target: Target = { pod: answered, proof: 'answer', sentByNode: null };
    const evidence = [{ eventId: event.id, atNs: event.atNs, what }];
    return { target, ends: null, sent: null, clientAddress: null, retracked: null, doubtful: true, evidence };
  }
  const ends = endsOf(event);
  const seen = connectionOf(ends, span, trial) !== null;
  const direct = event.serviceAddress === event.podIP;
  const what = direct
    ? `the client itself chose Pod ${pod.name}, as ${event.node} saw it pass`
    : `${event.node} sent the connection to Pod ${pod.name}`;
  return {
    target: { pod, proof: 'conntrack', sentByNode: direct ? null : event.node, addressTakenBy: takenBy },
    ends,
    sent: event,
    clientAddress: event.clientAddress,
    retracked: findRetracked(end, event, span, trial),
    // Another client may have the same port on another node: what it connected to must be what this one did.
    // Where the client chose the Pod's own address, the ledger says so, whenever the entry was stamped.
    doubtful:
      ((sent.several || sent.late) && !seen && !(direct && record.serverAddress === event.podIP)) ||
      (!direct && record.serverAddress !== null && record.serverAddress !== event.serviceAddress),
    evidence: [{ eventId: event.id, atNs: event.atNs, what }],
  };
}

/** An entry begins with a connection's first packet. One that begins with a later request had been lost before. */
function findRetracked(
  end: ClientEnd,
  opened: ConntrackEvent,
  { fresh, startNs, endNs, slackNs }: RequestSpan,
  { connections }: TrialEvidence,
): ConntrackEvent | null {
  if (fresh || opened.atNs >= startNs - slackNs) return null;
  return (
    connections.sentFrom(end, startNs - slackNs, endNs + slackNs).find(({ node }) => node === opened.node) ??
    null
  );
}

/**
 * Whose the address was for the node that sent it there. A rule is made for the Pod that has the address then, and may
 * outlive it: who took the address since is not meant.
 */
function addressee(
  { podIP, podPort, node, serviceAddress, atNs }: ConntrackEvent,
  trial: TrialEvidence,
): { readonly pod: KnownPod | undefined; readonly takenBy: string | null } {
  const owner = trial.book.byAddress(podIP, atNs);
  if (serviceAddress === podIP) return meantByName(owner, podIP, atNs, trial);
  const sinceNs = trial.endpoints.ruleSince(node, podIP, podPort, atNs);
  const meant = sinceNs === null ? owner : trial.book.byAddress(podIP, sinceNs);
  if (meant === undefined || owner === undefined || meant.uid === owner.uid)
    return { pod: owner, takenBy: null };
  return { pod: meant, takenBy: owner.name };
}

/**
 * Whom a client means that chose the address itself. A name gives the address of a Pod that is published: one that has
 * just got its address and is not is not meant, but whoever had it before.
 */
function meantByName(
  owner: KnownPod | undefined,
  podIP: string,
  atNs: number,
  trial: TrialEvidence,
): { readonly pod: KnownPod | undefined; readonly takenBy: string | null } {
  if (owner === undefined || !trial.book.isNew(owner)) return { pod: owner, takenBy: null };
  const { routed } = trial.lives.at(owner.uid, atNs);
  const before = trial.book.byAddress(podIP, owner.addressSinceNs - 1);
  if (before === undefined || before.uid === owner.uid) return { pod: owner, takenBy: null };
  if (routed === null || routed.atNs <= atNs) return { pod: owner, takenBy: null };
  return { pod: before, takenBy: owner.name };
}

function endsOf({
  podIP,
  podPort,
  clientAddress,
  clientPort,
  seenAddress,
  seenPort,
}: ConntrackEvent): PodEnds {
  return { podIP, podPort, peerAddress: seenAddress ?? clientAddress, peerPort: seenPort ?? clientPort };
}

function byAnswer(record: RequestRecord, span: RequestSpan, trial: TrialEvidence): FoundTarget | null {
  const pod = record.pod === null ? undefined : trial.book.byName(record.pod, span.endNs);
  if (pod === undefined) return null;
  const target: Target = { pod, proof: 'answer', sentByNode: null };
  // It tells its name: in a StatefulSet its successor has the same.
  const doubtful = trial.app?.kind === 'StatefulSet' || trial.book.isSharedName(pod.name);
  return {
    target,
    ends: asItself(pod, span, trial),
    sent: null,
    clientAddress: null,
    retracked: null,
    doubtful,
    evidence: [],
  };
}

/**
 * A Pod's kernel saw the client under its own port. Where nodes masquerade, a Pod sees a node's address and a port of
 * the node's choice, which by chance may be some other client's: such a peer is not taken for the client.
 */
function byKernel(
  { clientPort }: RequestRecord,
  span: RequestSpan,
  trial: TrialEvidence,
): FoundTarget | null {
  if (clientPort === null) return null;
  const own = addressesOfClient(span.end, span, trial);
  for (const { podIP, peerAddress } of trial.connections.podsThatSaw(clientPort)) {
    if (!own.has(peerAddress)) continue;
    const ends: PodEnds = { podIP, podPort: null, peerAddress, peerPort: clientPort };
    const seen = trial.connections.insidePod(ends, span.openNs, span.endNs)[0];
    const pod = seen === undefined ? undefined : trial.book.byAddress(podIP, seen.atNs);
    if (seen === undefined || pod === undefined) continue;
    const what = `the kernel saw the client's port at Pod ${pod.name}`;
    return {
      target: { pod, proof: 'kernel', sentByNode: null },
      ends,
      sent: null,
      clientAddress: null,
      retracked: null,
      doubtful: false,
      evidence: [{ eventId: seen.id, atNs: seen.atNs, what }],
    };
  }
  return null;
}

function byAddress(
  { serverAddress }: RequestRecord,
  span: RequestSpan,
  trial: TrialEvidence,
): FoundTarget | null {
  if (serverAddress === null || !trial.book.isPodAddress(serverAddress)) return null;
  const owner = trial.book.byAddress(serverAddress, span.openNs);
  const { pod, takenBy } = meantByName(owner, serverAddress, span.openNs, trial);
  if (pod === undefined) return null;
  return {
    target: { pod, proof: 'address', sentByNode: null, addressTakenBy: takenBy },
    ends: asItself(pod, span, trial),
    sent: null,
    clientAddress: null,
    retracked: null,
    doubtful: false,
    evidence: [{ eventId: null, atNs: span.startNs, what: `the client itself chose Pod ${pod.name}` }],
  };
}

/** The client was told of the other side's end by a FIN, and so was every node between. A RST may be of a node itself. */
function isEndOfOther(event: ClientSide): boolean {
  return event.type === 'socket-state' && event.to === 'CLOSE_WAIT';
}

/** A fresh connection that no node tracked anew, from a port whose old entry still led to a Pod that had gone since. */
function byLeftEntry(span: RequestSpan, trial: TrialEvidence): FoundTarget | null {
  const { end, fresh, openNs } = span;
  if (end === null || !fresh) return null;
  const left = findLeftEntry(trial.connections, end, openNs);
  const pod = left === undefined ? undefined : trial.book.byAddress(left.podIP, left.atNs);
  if (left === undefined || pod === undefined) return null;
  const life = trial.lives.at(pod.uid, openNs);
  const over = life.released ?? life.sandboxStopped ?? life.objectGone;
  if (over === null || over.atNs > openNs) return null;
  // An entry of a connection that both sides ended is made anew by the next SYN from its port.
  const ended = trial.connections.onClient(end, left.atNs, openNs).some(isEndOfOther);
  if (ended) return null;
  const what = `${left.node} had sent an earlier connection from this port to Pod ${pod.name}, and never forgot it`;
  return {
    target: { pod, proof: 'conntrack', sentByNode: left.node, byLeftEntry: true },
    ends: null,
    sent: null,
    clientAddress: null,
    retracked: null,
    doubtful: true,
    evidence: [{ eventId: left.id, atNs: left.atNs, what }],
  };
}

/** The connection's ends where nothing translates the client's address; `null` where that is not known. */
function asItself({ podIP }: KnownPod, span: RequestSpan, trial: TrialEvidence): PodEnds | null {
  const { end } = span;
  if (podIP === null || end === null) return null;
  const [peerAddress, ...others] = addressesOfClient(end, span, trial);
  if (peerAddress === undefined || others.length > 0) return null;
  return { podIP, podPort: null, peerAddress, peerPort: end.port };
}

/** The client's own addresses, as far as anybody saw them. */
function addressesOfClient(
  end: ClientEnd | null,
  { openNs, endNs, slackNs }: RequestSpan,
  { connections }: TrialEvidence,
): ReadonlySet<string> {
  if (end === null) return new Set();
  if (end.client !== null) return new Set([end.client]);
  const own = connections
    .onClient(end, openNs - slackNs, endNs + slackNs)
    .find(({ type }) => type === 'socket-state');
  return own === undefined ? connections.clientAddresses : new Set([own.localAddress]);
}
