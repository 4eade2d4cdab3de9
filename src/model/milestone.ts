import type { EventSource } from './history-event.ts';

/** The steps of a Pod's end (and of its replacement's beginning), in the order in which they usually come. */
export const MILESTONES = [
  'delete-requested',
  'delete-accepted',
  'delete-refused',
  'deletion-timestamp-seen',
  'prestop-called',
  'slice-terminating',
  'slice-not-ready',
  'slice-not-serving',
  'slice-removed',
  'signal-received',
  'readiness-flipped',
  'listener-closed',
  'drained',
  'exiting',
  'container-terminated',
  'pod-gone',
  'replacement-created',
  'replacement-scheduled',
  'replacement-ready',
] as const;
export type MilestoneName = (typeof MILESTONES)[number];

/** One step that was seen, when, by whom, and how sure the time is. */
export interface Milestone {
  readonly name: MilestoneName;
  readonly pod: string;
  /** Empty where only the name was known. */
  readonly podUid: string;
  /** `null` before the Pod is bound to a node, or where no source told. */
  readonly node: string | null;
  readonly container: string | null;
  /** Nanoseconds since run start; the true time lies within ± `uncertaintyNs`. */
  readonly atNs: number;
  readonly uncertaintyNs: number;
  readonly source: EventSource;
  /** The event in the trial's events.ndjson. */
  readonly eventId: number;
}
