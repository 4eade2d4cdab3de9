/** Where an observation comes from. Decides which source wins when several saw the same thing. */
export type EventSource =
  | 'harness'
  | 'api-watch'
  | 'api-audit'
  | 'app-log'
  | 'kernel-trace'
  | 'dataplane'
  | 'conntrack'
  | 'runtime'
  | 'load';

interface EventBase {
  /** Unique within the trial, from 1, in the order in which the events were written down. */
  readonly id: number;
  /** Nanoseconds since run start on the harness host's CLOCK_MONOTONIC. */
  readonly atNs: number;
  /** The true time lies within `atNs` ± this. */
  readonly uncertaintyNs: number;
  readonly source: EventSource;
}

/** A phase of the trial's life begins. */
export interface PhaseEvent extends EventBase {
  readonly type: 'phase';
  readonly phase: TrialPhase;
}

export const TRIAL_PHASES = [
  'deploy',
  'settle',
  'baseline',
  'disrupt',
  'recover',
  'tail',
  'stop-load',
  'collect',
  'clean-up',
  'done',
] as const;
export type TrialPhase = (typeof TRIAL_PHASES)[number];

/** The harness asked for something (a DELETE, an eviction …) and got an answer, or was refused. */
export interface ActionEvent extends EventBase {
  readonly type: 'action';
  /** The disruption's name, e.g. `delete`. */
  readonly action: string;
  readonly stage: 'requested' | 'accepted' | 'refused';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** HTTP status of the answer and its message, where there was one. */
  readonly httpStatus?: number;
  readonly message?: string;
}

/** An API object as a watch delivered it, stamped at receipt. */
export interface ObjectEvent extends EventBase {
  readonly type: 'object';
  readonly change: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly kind: 'Pod' | 'EndpointSlice' | 'Event' | 'Node';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The object, without managedFields. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** One JSON line that the app wrote about its own life. */
export interface AppStampEvent extends EventBase {
  readonly type: 'app-stamp';
  readonly pod: string;
  readonly podUid: string;
  readonly container: string;
  readonly stamp: AppStamp;
  /** Further fields of the line, as the app wrote them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export const APP_STAMPS = [
  'started',
  'listening',
  'ready',
  'signal',
  'prestop',
  'readiness-flipped',
  'listener-closed',
  'drained',
  'exiting',
] as const;
export type AppStamp = (typeof APP_STAMPS)[number];

/** One entry of the API server's audit log. `atNs` is `stageTimestamp`, mapped from the wall clock. */
export interface AuditEvent extends EventBase {
  readonly type: 'audit';
  readonly auditId: string;
  readonly stage: string;
  readonly verb: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly user: string;
  readonly code: number | null;
  readonly requestReceivedNs: number;
  readonly requestObject: unknown;
  readonly responseObject: unknown;
}

/** An observer could not see for a while. A verdict that needed the missing data becomes `void`. */
export interface GapEvent extends EventBase {
  readonly type: 'observation-gap';
  readonly observer: string;
  readonly fromNs: number;
  readonly toNs: number;
  readonly reason: string;
}

/** A line of the conductor's own: something a reader of the history should know. */
export interface NoteEvent extends EventBase {
  readonly type: 'note';
  readonly message: string;
}

export type HistoryEvent =
  | PhaseEvent
  | ActionEvent
  | ObjectEvent
  | AppStampEvent
  | AuditEvent
  | GapEvent
  | NoteEvent;

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What an observer hands to the history, which gives it its id. */
export type NewHistoryEvent = DistributiveOmit<HistoryEvent, 'id'>;
