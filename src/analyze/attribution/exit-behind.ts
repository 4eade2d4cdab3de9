import type { Evidence } from '../../model/attribution.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { ResetEvent, SocketEvent } from '../../model/history-event.ts';
import { orderOf } from '../times/order-of.ts';
import { shown } from './conclusion.ts';
import type { PodLife } from './pod-lives.ts';
import type { Target } from './request-facts.ts';
import type { TrialEvidence } from './trial-evidence.ts';

/** The kernel closes what a process leaves open within this time of its end. */
const EXIT_CLOSES_NS = 1000 * NS_PER_MS;

export interface ExitBehind {
  readonly shown: readonly Evidence[];
  /** As it reads behind “had the request when”. */
  readonly words: string;
  /** The kernel told it, of a process that is known. */
  readonly exact: boolean;
}

/** The end of a process that made the kernel close the connection; `null`: nobody saw one. */
export function exitBehind(
  event: SocketEvent | ResetEvent,
  { pod }: Target,
  life: PodLife,
  trial: TrialEvidence,
): ExitBehind | null {
  const end = trial.processEnds.behind(event, pod.uid, life.serving);
  if (end !== null) {
    const ending = trial.endings.of(pod, end.event);
    const what = `the process of ${pod.name} ended (process-exited)`;
    return {
      shown: [{ eventId: end.event.id, atNs: end.event.atNs, what }, ...ending.evidence],
      words: ending.words,
      exact: true,
    };
  }
  const { container: closer = null, pid }: Partial<SocketEvent> = event.type === 'socket-state' ? event : {};
  // The process that closed it is known, and was not seen to end.
  if (pid !== undefined && closer !== null) return null;
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
    shown: [shown(exit, `the process of ${pod.name} ended (${exit.name})`)],
    words: 'its process ended',
    exact: false,
  };
}
