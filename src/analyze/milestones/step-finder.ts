import type { HistoryEvent } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';

/** Whose step it is. */
export interface StepOwner {
  readonly name: string;
  readonly uid: string;
  readonly node: string | null;
}

/** Where in the Pod it happened, and which of several it was. */
export interface StepPlace {
  readonly container?: string | null;
  readonly detail?: string;
}

/** Collects the steps that events show: of each kind, Pod, container and detail the first one, or the last. */
export class StepFinder {
  readonly #found = new Map<string, Milestone>();

  first(name: MilestoneName, pod: StepOwner, event: HistoryEvent, place: StepPlace = {}): void {
    const key = keyOf(name, pod, event, place);
    if (!this.#found.has(key)) this.#found.set(key, milestone(name, pod, event, place));
  }

  last(name: MilestoneName, pod: StepOwner, event: HistoryEvent, place: StepPlace = {}): void {
    this.#found.set(keyOf(name, pod, event, place), milestone(name, pod, event, place));
  }

  milestones(): readonly Milestone[] {
    return [...this.#found.values()];
  }
}

function keyOf(name: MilestoneName, { uid }: StepOwner, { source }: HistoryEvent, place: StepPlace): string {
  return `${name} ${uid} ${place.container ?? ''} ${place.detail ?? ''} ${source}`;
}

function milestone(name: MilestoneName, pod: StepOwner, event: HistoryEvent, place: StepPlace): Milestone {
  return {
    name,
    pod: pod.name,
    podUid: pod.uid,
    node: pod.node,
    container: place.container ?? null,
    ...(place.detail === undefined ? {} : { detail: place.detail }),
    atNs: event.atNs,
    uncertaintyNs: event.uncertaintyNs,
    source: event.source,
    eventId: event.id,
  };
}
