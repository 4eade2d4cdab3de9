import type { Evidence } from '../../model/attribution.ts';
import type { ResetEvent, SocketEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import { orderOf } from '../times/order-of.ts';
import { droppedAhead, SAME_MOMENT_NS } from './accept-queue.ts';
import { ambiguous, shown, unexplained, type Conclusion } from './conclusion.ts';
import type { ConnectionIndex } from './connection-index.ts';
import type { ExitBehind } from './exit-behind.ts';
import type { PodLife } from './pod-lives.ts';
import type { Arrival } from './arrival.ts';
import type { Close, RequestFacts, Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** How the kernel ended a fresh connection, and what is known of the process behind that. */
export interface FreshClose {
  readonly close: Close;
  readonly exit: ExitBehind | null;
  readonly arrived: Arrival;
  readonly evidence: readonly Evidence[];
}

/**
 * A fresh connection that the Pod ended. With a listener the kernel drops what still waits to be accepted, by a RST; a
 * FIN, or a RST for data that nobody read, is sent only for a connection that a process has.
 */
export function judgeFreshClose(
  facts: RequestFacts,
  target: Target,
  life: PodLife,
  { close, exit, arrived, evidence }: FreshClose,
  { connections }: TrialEvidence,
): Conclusion {
  const { name } = target.pod;
  const { listenerClosed, goingSince } = life;
  const { event, unread, reason, lastReadNs } = close;
  const accepted =
    unread ||
    lastReadNs !== null ||
    facts.record.firstByteNs !== null ||
    (event.type === 'socket-state' && event.to === 'FIN_WAIT1');
  const withListener = listenerClosed === null ? [] : closedWith(listenerClosed, event, connections, name);
  const over = exit !== null || withListener.length > 0;
  if (!accepted && over && reason === 'TCP_STATE') {
    return judgeQueued(facts, life, exit, name, [...evidence, ...withListener]);
  }
  if (!accepted && withListener.length > 0) {
    return ambiguous(
      ['killed-in-flight', 'listener-closed-still-routed'],
      `${name} reset the connection just as it closed its listener: whether a process had it, only the reason of the RST would tell`,
      [...evidence, ...withListener],
      ['the reason of the RST (kernel)'],
    );
  }
  if (exit !== null) {
    const sure = exit.exact && accepted && (arrived === 'surely' || facts.record.firstByteNs !== null);
    return {
      cause: 'killed-in-flight',
      confidence: sure ? 'certain' : 'likely',
      because: `the connection to ${name} was open when ${exit.words}`,
      evidence,
    };
  }
  if (goingSince !== null && orderOf(goingSince, event) !== 'after') {
    return {
      cause: 'killed-in-flight',
      confidence: 'likely',
      because: `${name} was going and broke off the request that it had`,
      evidence: [...evidence, shown(goingSince, `${name} was going (${goingSince.name})`)],
    };
  }
  return unexplained(
    `${name} broke a fresh connection off, and nothing says that it was going`,
    [`why ${name} closed: no signal and no exit was seen`],
    evidence,
  );
}

/**
 * It waited in the accept queue when the listener closed. One that is lost with the process, or was sent before the Pod's
 * end began, was sent to a Pod that listened; one that an app left waiting when it closed its listener, and ran on, was
 * still sent to a Pod that was going. An app that asks for RSTs instead of FINs (SO_LINGER) could have closed it so: never
 * more than likely.
 */
function judgeQueued(
  facts: RequestFacts,
  { podGoing, goingSince }: PodLife,
  exit: ExitBehind | null,
  name: string,
  evidence: readonly Evidence[],
): Conclusion {
  if (exit !== null) {
    return {
      cause: 'killed-in-flight',
      confidence: 'likely',
      because: `the connection to ${name} still waited to be accepted when ${exit.words}`,
      evidence,
    };
  }
  const since = podGoing ?? goingSince;
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  if (since !== null && orderOf(start, since) === 'before') {
    return {
      cause: 'killed-in-flight',
      confidence: 'likely',
      because: `the connection had come before the end of ${name} began, and waited to be accepted when it closed its listener`,
      evidence: [...evidence, shown(since, `${name} was going (${since.name})`)],
    };
  }
  return {
    cause: 'listener-closed-still-routed',
    confidence: 'likely',
    because: `the connection still waited to be accepted when ${name} closed its listener`,
    evidence,
  };
}

/** What shows that the connection ended by its listener's close; nothing where that does not. */
function closedWith(
  listenerClosed: Milestone,
  event: SocketEvent | ResetEvent,
  connections: ConnectionIndex,
  name: string,
): readonly Evidence[] {
  const closed = shown(listenerClosed, `${name} closed its listener`);
  if (orderOf(listenerClosed, event, SAME_MOMENT_NS) === 'indeterminate') return [closed];
  const ahead = droppedAhead(event, listenerClosed, connections);
  if (ahead === null) return [];
  const what = `${name} dropped a connection that had come before this one and waited, too`;
  return [closed, { eventId: ahead.id, atNs: ahead.atNs, what }];
}
