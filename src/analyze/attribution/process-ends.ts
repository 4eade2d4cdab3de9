import type { HistoryEvent, ProcessExitEvent, ResetEvent, SocketEvent } from '../../model/history-event.ts';
import type { MainProcesses } from '../objects/main-processes.ts';
import type { PodBook } from '../objects/pod-book.ts';

/** The kernel closes what a process leaves open within this time of its end. */
const EXIT_CLOSES_NS = 1e9;

/** The end of a process, and how it is known to be the one that had a connection. */
export interface ProcessEnd {
  readonly event: ProcessExitEvent;
  /** `closer`: the very process that closed the connection. `first`: the first of the container that did. */
  readonly known: 'closer' | 'first';
}

/**
 * The ends of containers' processes as the kernel saw them, of all Pods: also of a container that was started anew, and
 * of Pods that nobody meant to end.
 */
export class ProcessEnds {
  readonly #book: PodBook;
  readonly #main: MainProcesses;
  readonly #byPod: ReadonlyMap<string, readonly ProcessExitEvent[]>;

  constructor(events: readonly HistoryEvent[], book: PodBook, main: MainProcesses) {
    this.#book = book;
    this.#main = main;
    const ends = events.filter(
      (event): event is ProcessExitEvent & { container: object } =>
        event.type === 'process-exit' && event.container !== null,
    );
    this.#byPod = Map.groupBy(ends, ({ container }) => container.podUid);
  }

  /**
   * The end that made the kernel close a connection in this Pod: of the process that closed it, where the close tells it;
   * else of the first process of the container that closed it, or of the one that serves. Hooks, probes and log shippers
   * that end at the same time have closed nothing.
   */
  behind(close: SocketEvent | ResetEvent, podUid: string, serving: string | null): ProcessEnd | null {
    const { container: closer = null, pid }: Partial<SocketEvent> =
      close.type === 'socket-state' ? close : {};
    const ended = (this.#byPod.get(podUid) ?? []).filter((end) => {
      const sinceNs = close.atNs - end.atNs;
      return sinceNs > -(close.uncertaintyNs + end.uncertaintyNs) && sinceNs < EXIT_CLOSES_NS;
    });
    if (closer !== null && pid !== undefined) {
      const own = ended.findLast((end) => end.pid === pid);
      return own === undefined ? null : { event: own, known: 'closer' };
    }
    const first = ended.findLast((end) => {
      const containerId = end.container?.containerId ?? '';
      if (this.#main.pidOf(containerId) !== end.pid || !this.#main.endsAll(containerId)) return false;
      if (closer !== null) return closer.containerId === containerId;
      return serving !== null && this.#book.containerName(podUid, containerId) === serving;
    });
    return first === undefined ? null : { event: first, known: 'first' };
  }
}
