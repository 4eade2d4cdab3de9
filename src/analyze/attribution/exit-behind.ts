import type { Evidence } from '../../model/attribution.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { ResetEvent, SocketEvent } from '../../model/history-event.ts';
import { orderOf } from '../order-of.ts';
import { shown } from './conclusion.ts';
import type { PodLife } from './pod-lives.ts';
import type { Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** The kernel closes what a process leaves open within this time of its end. */
const EXIT_CLOSES_NS = 1000 * NS_PER_MS;

export interface ExitBehind {
  readonly shown: Evidence;
  /** The kernel told it. */
  readonly exact: boolean;
}

/** The end of a process that made the kernel close the connection. */
export function exitBehind(
  event: SocketEvent | ResetEvent,
  { pod }: Target,
  life: PodLife,
  trial: TrialEvidence,
): ExitBehind | null {
  const end = trial.processEnds.behind(event, pod.uid, life.serving);
  if (end !== null) {
    const what = `the process of ${pod.name} ended (process-exited)`;
    return { shown: { eventId: end.id, atNs: end.atNs, what }, exact: true };
  }
  const closer = event.type === 'socket-state' ? (event.container ?? null) : null;
  const closedBy = closer === null ? undefined : trial.book.containerName(pod.uid, closer.containerId);
  const exit = life.exits.find(
    (each) =>
      (closedBy === undefined || each.container === closedBy) &&
      each.name !== 'container-terminated' &&
      orderOf(each, event) !== 'after' &&
      event.atNs - each.atNs < EXIT_CLOSES_NS,
  );
  if (exit === undefined) return null;
  return {
    shown: shown(exit, `the process of ${pod.name} ended (${exit.name})`),
    // Of several containers it may have been another one's.
    exact: exit.source === 'kernel-trace' && (closedBy ?? life.serving) !== null,
  };
}
