import type { HistoryEvent } from '../../model/history-event.ts';
import type { ObjectSighting } from './object-sightings.ts';
import type { PodBook } from './pod-book.ts';
import { podView } from './pod-view.ts';

/** The first sign of a container. */
export interface ContainerStart {
  readonly containerId: string;
  readonly atNs: number;
  readonly uncertaintyNs: number;
  readonly eventId: number;
}

/** When each container of a Pod began, as far as anybody saw: one that was started anew has another id. */
export class ContainerStarts {
  /** `POD-UID NAME` → in the order of time. */
  readonly #starts = new Map<string, ContainerStart[]>();

  constructor(events: readonly HistoryEvent[], sightings: readonly ObjectSighting[], book: PodBook) {
    const first = new Map<string, ContainerStart & { readonly podUid: string }>();
    const see = (podUid: string, start: ContainerStart): void => {
      const known = first.get(start.containerId);
      if (known === undefined || start.atNs < known.atNs) first.set(start.containerId, { ...start, podUid });
    };
    for (const event of events) {
      const isSign =
        event.type === 'process-facts' ||
        (event.type === 'runtime' && event.topic === '/tasks/start' && !event.sandbox) ||
        (event.type === 'socket-state' && event.to === 'LISTEN');
      if (!isSign || event.container == null) continue;
      const { podUid, containerId } = event.container;
      see(podUid, { containerId, atNs: event.atNs, uncertaintyNs: event.uncertaintyNs, eventId: event.id });
    }
    for (const sighting of sightings) {
      if (sighting.kind !== 'Pod') continue;
      for (const containerId of podView(sighting).containers.keys()) {
        const { uid, atNs, uncertaintyNs, eventId } = sighting;
        see(uid, { containerId, atNs, uncertaintyNs, eventId });
      }
    }
    for (const { podUid, ...start } of first.values()) {
      const name = book.containerName(podUid, start.containerId);
      if (name === undefined) continue;
      const key = `${podUid} ${name}`;
      this.#starts.set(
        key,
        [...(this.#starts.get(key) ?? []), start].sort((a, b) => a.atNs - b.atNs),
      );
    }
  }

  /** The last time by then that this container was started anew; `null`: it is still the first. */
  restartBefore(podUid: string, container: string, atNs: number): ContainerStart | null {
    const [, ...again] = this.#starts.get(`${podUid} ${container}`) ?? [];
    return again.findLast((start) => start.atNs <= atNs) ?? null;
  }
}
