import type { HistoryEvent, ProcessExitEvent, ResetEvent, SocketEvent } from '../../model/history-event.ts';
import type { PodBook } from '../pod-book.ts';

/** The kernel closes what a process leaves open within this time of its end. */
const EXIT_CLOSES_NS = 1e9;
/** Starts containers, and hooks and probes in them; its own processes in there are no app. */
const RUNTIME_COMM = /^(runc|crun)\b/;

/**
 * The ends of containers' main processes as the kernel saw them: every one, also of a container that was started anew
 * in the same Pod, and of Pods that nobody meant to end.
 */
export class ProcessEnds {
  readonly #byPod: ReadonlyMap<string, readonly ProcessExitEvent[]>;

  constructor(events: readonly HistoryEvent[], book: PodBook) {
    const signalled = new Set(
      events.flatMap((event) =>
        event.type === 'signal-sent' && RUNTIME_COMM.test(event.senderComm) ? [event.pid] : [],
      ),
    );
    const ends = events.filter((event): event is ProcessExitEvent & { container: object } => {
      if (event.type !== 'process-exit' || event.container === null) return false;
      if (RUNTIME_COMM.test(event.comm)) return false;
      return book.mainPidContainer(event.pid) === event.container.containerId || signalled.has(event.pid);
    });
    this.#byPod = Map.groupBy(ends, ({ container }) => container.podUid);
  }

  /** The end that made the kernel close a connection in this Pod: of the very container, where the close tells it. */
  behind(close: SocketEvent | ResetEvent, podUid: string): ProcessExitEvent | null {
    const container = close.type === 'socket-state' ? (close.container ?? null) : null;
    return (
      this.#byPod.get(podUid)?.findLast((end) => {
        if (container !== null && container.containerId !== end.container?.containerId) return false;
        const sinceNs = close.atNs - end.atNs;
        return sinceNs > -(close.uncertaintyNs + end.uncertaintyNs) && sinceNs < EXIT_CLOSES_NS;
      }) ?? null
    );
  }
}
