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
  readonly #book: PodBook;
  readonly #byPod: ReadonlyMap<string, readonly ProcessExitEvent[]>;

  constructor(events: readonly HistoryEvent[], book: PodBook) {
    this.#book = book;
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

  /**
   * The end that made the kernel close a connection in this Pod: of the very container, where the close tells it, else of
   * the one that serves. A log shipper that ends at the same time has closed nothing.
   */
  behind(close: SocketEvent | ResetEvent, podUid: string, serving: string | null): ProcessExitEvent | null {
    const closer = close.type === 'socket-state' ? (close.container ?? null) : null;
    const isCloser = ({ container }: ProcessExitEvent): boolean => {
      const containerId = container?.containerId ?? '';
      if (closer !== null) return closer.containerId === containerId;
      return serving !== null && this.#book.containerName(podUid, containerId) === serving;
    };
    return (
      this.#byPod.get(podUid)?.findLast((end) => {
        if (!isCloser(end)) return false;
        const sinceNs = close.atNs - end.atNs;
        return sinceNs > -(close.uncertaintyNs + end.uncertaintyNs) && sinceNs < EXIT_CLOSES_NS;
      }) ?? null
    );
  }
}
