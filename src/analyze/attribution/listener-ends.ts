import type { HistoryEvent, SocketEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { TrialApp } from '../../model/trial-record.ts';
import type { PodBook } from '../objects/pod-book.ts';

/** A listener was closed, and until then no other opened, nor was anybody let in. */
interface Closure {
  readonly event: SocketEvent;
  readonly untilNs: number;
}

/** When the app's listener in each Pod was closed, also in one that stays or listens again: milestones tell of ends only. */
export class ListenerEnds {
  readonly #book: PodBook;
  /** By Pod uid, in the order of time. */
  readonly #closures = new Map<string, Closure[]>();

  constructor(events: readonly HistoryEvent[], book: PodBook, app: TrialApp | undefined) {
    this.#book = book;
    for (const event of events) {
      if (event.type !== 'socket-state' || event.localPort !== (app?.port ?? event.localPort)) continue;
      if (event.to === 'ESTABLISHED' && event.from === 'SYN_RECV') {
        const uid = book.byAddress(event.localAddress, event.atNs)?.uid;
        if (uid !== undefined) this.#end(uid, event.atNs);
      }
      const uid = event.container?.podUid;
      if (uid === undefined) continue;
      if (event.to === 'LISTEN') this.#end(uid, event.atNs);
      if (event.from === 'LISTEN') {
        this.#end(uid, event.atNs);
        this.#closures.set(uid, [...(this.#closures.get(uid) ?? []), { event, untilNs: Infinity }]);
      }
    }
  }

  /** The close that lasted to the end; `null`: nobody saw one, or it listens again. */
  closedIn(podUid: string): Milestone | null {
    const last = this.#closures.get(podUid)?.at(-1);
    return last?.untilNs === Infinity ? this.#milestone(podUid, last.event) : null;
  }

  /** The close that was in force at that time, of a Pod that listened again later; `null`: there was none. */
  closedAt(podUid: string, atNs: number): Milestone | null {
    const found = this.#closures
      .get(podUid)
      ?.findLast(({ event, untilNs }) => event.atNs <= atNs && atNs < untilNs && untilNs !== Infinity);
    return found === undefined ? null : this.#milestone(podUid, found.event);
  }

  #end(podUid: string, atNs: number): void {
    const all = this.#closures.get(podUid);
    const last = all?.at(-1);
    if (last?.untilNs === Infinity) all?.splice(-1, 1, { ...last, untilNs: atNs });
  }

  #milestone(podUid: string, event: SocketEvent): Milestone | null {
    const pod = this.#book.byUid(podUid);
    if (pod === undefined) return null;
    const { atNs, uncertaintyNs, source, id: eventId } = event;
    return {
      ...{ name: 'listener-closed', pod: pod.name, podUid, node: pod.node },
      ...{ container: pod.containers.get(event.container?.containerId ?? '') ?? null },
      ...{ atNs, uncertaintyNs, source, eventId },
    };
  }
}
