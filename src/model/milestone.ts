import type { EventSource } from './history-event.ts';

/** The steps of a Pod's end (and of its replacement's beginning), in the order in which they usually come. */
export const MILESTONES = [
  'delete-requested',
  'delete-received',
  'delete-accepted',
  'delete-refused',
  'deletion-timestamp-seen',
  'termination-started',
  'prestop-started',
  'prestop-failed',
  'prestop-ended',
  'probe-failed',
  'last-probe-passed',
  'event-recorded',
  'slice-terminating',
  'slice-not-ready',
  'slice-not-serving',
  'slice-removed',
  'route-removed',
  'last-fresh-connection',
  'last-fresh-accepted',
  'last-reused-answered',
  'last-answered',
  'stop-requested',
  'signal-sent',
  'signal-received',
  'readiness-flipped',
  'listener-closed',
  'drained',
  'exiting',
  'kill-sent',
  'process-exited',
  'log-complete',
  'sandbox-stopped',
  'network-released',
  'volume-unmounted',
  'container-terminated',
  'phase-ended',
  'pod-gone',
  'record-gone',
  'log-gone',
  'claim-deleted',
  'volume-deleted',
  'dependent-collected',
  'replacement-created',
  'replacement-scheduled',
  'replacement-init-started',
  'replacement-init-ended',
  'replacement-container-started',
  'replacement-poststart-started',
  'replacement-poststart-ended',
  'replacement-probe-passed',
  'replacement-listening',
  'replacement-ready',
  'replacement-routed',
] as const;
export type MilestoneName = (typeof MILESTONES)[number];

/** One step that was seen, when, by whom, and how sure the time is. */
export interface Milestone {
  readonly name: MilestoneName;
  readonly pod: string;
  /** Empty where only the name was known. */
  readonly podUid: string;
  /**
   * The Pod's node; for what a node's kube-proxy did or sent (`route-removed`, `last-fresh-connection`,
   * `replacement-routed`) that node. `null` before the Pod is bound to one, or where no source told.
   */
  readonly node: string | null;
  readonly container: string | null;
  /**
   * Which of several, or how: the probe (`Readiness`), the volume, the claim, the Event's reason, the signal
   * (`SIGTERM`), the exit code, the grace period, the
   * Pod's phase, why a delete was refused.
   */
  readonly detail?: string;
  /** Nanoseconds since run start; the true time lies within ± `uncertaintyNs`. */
  readonly atNs: number;
  readonly uncertaintyNs: number;
  readonly source: EventSource;
  /** The event in the trial's events.ndjson; `null` for what the request ledger shows. */
  readonly eventId: number | null;
}
