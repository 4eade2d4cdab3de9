import type { EventSource } from './history-event.ts';

/** The rows of a timeline: who does the step. */
export const MILESTONE_ROWS = [
  'API server',
  'EndpointSlice',
  'kubelet',
  'probes',
  'kube-proxy',
  'connections',
  'app',
  'Pod object',
  'what is left',
  'Events',
  'replacement',
] as const;
export type MilestoneRow = (typeof MILESTONE_ROWS)[number];

/** All that is known of a step whenever it comes. */
export interface MilestoneKind {
  readonly row: MilestoneRow;
  /** What it is called on a timeline. */
  readonly label: string;
  /** How it reads in a story; POD, NODE, CONTAINER and DETAIL stand for what it befell. */
  readonly sentence: string;
  /**
   * What has one such step. A step of the Pod as a whole is one, although some sources name a container: the kernel does
   * not always tell in which one a listener closed, and an Event says for each that it is stopped.
   */
  readonly of: 'pod' | 'container' | 'node';
  /** There are several, which only their detail tells apart: a probe of each kind, each volume. */
  readonly manyByDetail?: true;
  /** The story tells its detail behind the sentence: which signal, how long after the order to stop, with which code. */
  readonly tellsDetail?: true;
  /** Each source sees another side of it, as of when an answer was sent and when it came: their times are not held together. */
  readonly comparable?: false;
  /** It says nothing of the container that is started anew after the one that it befell. */
  readonly endsWithContainer?: true;
}

/** Every step of a Pod's end, and of its replacement's beginning, in the order in which they usually come. */
export const MILESTONES = {
  'delete-requested': {
    row: 'API server',
    label: 'requested',
    sentence: 'the harness asked for the disruption of POD',
    of: 'pod',
  },
  'delete-received': {
    row: 'API server',
    label: 'received',
    sentence: 'the API server received the delete of POD',
    of: 'pod',
  },
  'delete-accepted': {
    row: 'API server',
    label: 'accepted',
    sentence: 'the API server accepted the delete of POD',
    of: 'pod',
    comparable: false,
  },
  'delete-refused': {
    row: 'API server',
    label: 'refused',
    sentence: 'the API server refused the delete of POD',
    of: 'pod',
    comparable: false,
  },
  'deletion-timestamp-seen': {
    row: 'API server',
    label: 'deletionTimestamp',
    sentence: 'POD had its deletionTimestamp',
    of: 'pod',
  },
  'termination-started': {
    row: 'kubelet',
    label: 'starts termination',
    sentence: 'the kubelet began to stop POD',
    of: 'pod',
    comparable: false,
  },
  'prestop-started': {
    row: 'kubelet',
    label: 'preStop starts',
    sentence: 'the preStop hook of CONTAINER in POD started',
    of: 'container',
    endsWithContainer: true,
    comparable: false,
  },
  'prestop-failed': {
    row: 'kubelet',
    label: 'preStop failed',
    sentence: 'the kubelet reported that the preStop hook of CONTAINER in POD failed',
    of: 'container',
    endsWithContainer: true,
    comparable: false,
  },
  'prestop-ended': {
    row: 'kubelet',
    label: 'preStop ends',
    sentence: 'the preStop hook of CONTAINER in POD ended',
    of: 'container',
    endsWithContainer: true,
    comparable: false,
  },
  'probe-failed': {
    row: 'probes',
    label: 'first failed',
    sentence: 'a DETAIL probe of CONTAINER in POD failed',
    of: 'container',
    manyByDetail: true,
  },
  'last-probe-passed': {
    row: 'probes',
    label: 'last passed',
    sentence: 'a DETAIL probe of CONTAINER in POD passed for the last time',
    of: 'container',
    manyByDetail: true,
  },
  'event-recorded': {
    row: 'Events',
    label: '',
    sentence: 'the Event DETAIL was recorded about POD',
    of: 'container',
    manyByDetail: true,
  },
  'slice-terminating': {
    row: 'EndpointSlice',
    label: 'terminating',
    sentence: 'POD was terminating in the EndpointSlice',
    of: 'pod',
  },
  'slice-not-ready': {
    row: 'EndpointSlice',
    label: 'ready=false',
    sentence: 'POD was no longer ready in the EndpointSlice',
    of: 'pod',
  },
  'slice-not-serving': {
    row: 'EndpointSlice',
    label: 'serving=false',
    sentence: 'POD was no longer serving in the EndpointSlice',
    of: 'pod',
  },
  'slice-removed': {
    row: 'EndpointSlice',
    label: 'removed',
    sentence: 'POD was out of the EndpointSlices',
    of: 'pod',
  },
  'route-removed': {
    row: 'kube-proxy',
    label: 'route removed',
    sentence: 'NODE stopped sending to POD',
    of: 'node',
  },
  'last-fresh-connection': {
    row: 'connections',
    label: 'last fresh sent',
    sentence: 'NODE sent its last fresh connection to POD',
    of: 'node',
  },
  'last-fresh-accepted': {
    row: 'connections',
    label: 'last fresh accepted',
    sentence: 'POD accepted its last fresh connection',
    of: 'pod',
  },
  'last-reused-answered': {
    row: 'connections',
    label: 'last reused answered',
    sentence: 'POD gave its last answer on a reused connection',
    of: 'pod',
  },
  'last-answered': {
    row: 'connections',
    label: 'last answered',
    sentence: 'POD gave its last answer',
    of: 'pod',
  },
  'stop-requested': {
    row: 'kubelet',
    label: 'asks to stop',
    sentence: 'the kubelet asked the runtime to stop CONTAINER in POD',
    of: 'container',
    endsWithContainer: true,
  },
  'signal-sent': {
    row: 'kubelet',
    label: 'stop signal sent',
    sentence: 'CONTAINER in POD was sent its stop signal',
    of: 'container',
    endsWithContainer: true,
    tellsDetail: true,
  },
  'signal-received': {
    row: 'app',
    label: 'signal received',
    sentence: 'the app in POD received the signal',
    of: 'container',
    endsWithContainer: true,
  },
  'readiness-flipped': {
    row: 'app',
    label: 'readiness flipped',
    sentence: 'the app in POD failed its readiness',
    of: 'container',
    endsWithContainer: true,
  },
  'listener-closed': {
    row: 'app',
    label: 'listener closed',
    sentence: 'POD closed its listener',
    of: 'pod',
    endsWithContainer: true,
  },
  drained: {
    row: 'app',
    label: 'drained',
    sentence: 'the app in POD had answered all that it had accepted',
    of: 'container',
    endsWithContainer: true,
  },
  exiting: {
    row: 'app',
    label: 'exit',
    sentence: 'the app in POD said its last word',
    of: 'container',
    endsWithContainer: true,
  },
  'kill-sent': {
    row: 'kubelet',
    label: 'SIGKILL',
    sentence: 'CONTAINER in POD was sent SIGKILL',
    of: 'container',
    endsWithContainer: true,
    tellsDetail: true,
  },
  'process-exited': {
    row: 'app',
    label: 'process gone',
    sentence: 'the process of CONTAINER in POD ended',
    of: 'container',
    endsWithContainer: true,
    tellsDetail: true,
  },
  'log-complete': {
    row: 'what is left',
    label: 'log read to its end',
    sentence: 'the log of CONTAINER in POD was read to its end',
    of: 'container',
  },
  'sandbox-stopped': {
    row: 'kubelet',
    label: 'sandbox stopped',
    sentence: 'the sandbox of POD was stopped',
    of: 'pod',
  },
  'network-released': {
    row: 'kubelet',
    label: 'network released',
    sentence: 'the network of POD was released',
    of: 'pod',
  },
  'volume-unmounted': {
    row: 'kubelet',
    label: 'unmounted',
    sentence: 'the volume DETAIL of POD was unmounted',
    of: 'pod',
    manyByDetail: true,
  },
  'container-terminated': {
    row: 'Pod object',
    label: 'container terminated',
    sentence: 'the status of POD said terminated',
    of: 'container',
    endsWithContainer: true,
  },
  'phase-ended': { row: 'Pod object', label: 'phase', sentence: 'POD was DETAIL, for good', of: 'pod' },
  'pod-gone': { row: 'Pod object', label: 'gone', sentence: 'POD was gone from the API', of: 'pod' },
  'record-gone': {
    row: 'Pod object',
    label: 'gone from etcd',
    sentence: 'the record of POD was gone from etcd',
    of: 'pod',
  },
  'log-gone': {
    row: 'what is left',
    label: 'log gone',
    sentence: 'the log of CONTAINER in POD could no longer be read',
    of: 'container',
  },
  'claim-deleted': {
    row: 'what is left',
    label: 'claim deleted',
    sentence: 'the volume claim DETAIL of POD was deleted',
    of: 'pod',
    manyByDetail: true,
  },
  'volume-deleted': {
    row: 'what is left',
    label: 'volume deleted',
    sentence: 'the volume DETAIL, which POD used, was deleted',
    of: 'pod',
  },
  'dependent-collected': {
    row: 'what is left',
    label: 'collected:',
    sentence: 'the garbage collector had taken the DETAIL of POD',
    of: 'pod',
    manyByDetail: true,
  },
  'replacement-created': { row: 'replacement', label: 'created', sentence: 'POD was created', of: 'pod' },
  'replacement-scheduled': {
    row: 'replacement',
    label: 'scheduled',
    sentence: 'POD was scheduled',
    of: 'pod',
  },
  'replacement-init-started': {
    row: 'replacement',
    label: 'init starts',
    sentence: 'the init container CONTAINER of POD started',
    of: 'container',
  },
  'replacement-init-ended': {
    row: 'replacement',
    label: 'init ends',
    sentence: 'the init container CONTAINER of POD ended',
    of: 'container',
  },
  'replacement-container-started': {
    row: 'replacement',
    label: 'starts',
    sentence: 'the container CONTAINER of POD started',
    of: 'container',
  },
  'replacement-poststart-started': {
    row: 'replacement',
    label: 'postStart starts',
    sentence: 'the postStart hook of CONTAINER in POD started',
    of: 'container',
  },
  'replacement-poststart-ended': {
    row: 'replacement',
    label: 'postStart ends',
    sentence: 'the postStart hook of CONTAINER in POD ended',
    of: 'container',
  },
  'replacement-probe-passed': {
    row: 'replacement',
    label: 'first passed',
    sentence: 'a DETAIL probe of CONTAINER in POD passed for the first time',
    of: 'container',
    manyByDetail: true,
  },
  'replacement-listening': {
    row: 'replacement',
    label: 'listening',
    sentence: 'POD began to listen',
    of: 'container',
  },
  'replacement-ready': { row: 'replacement', label: 'Ready', sentence: 'POD was Ready', of: 'pod' },
  'replacement-routed': {
    row: 'replacement',
    label: 'routed',
    sentence: 'NODE began to send to POD',
    of: 'node',
  },
} as const satisfies Readonly<Record<string, MilestoneKind>>;
export type MilestoneName = keyof typeof MILESTONES;

/** In the order of the table. */
export const MILESTONE_NAMES = Object.keys(MILESTONES) as readonly MilestoneName[];

export function milestoneKind(name: MilestoneName): MilestoneKind {
  return MILESTONES[name];
}

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
