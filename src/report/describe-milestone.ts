import { HOOK_GIVEN_UP } from '../analyze/milestones/kubelet-milestones.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';

/** A step as it reads in a story, without its time. */
export function describeMilestone({ name, pod, node, container, detail }: Milestone): string {
  // A function as replacement: a name with a dollar sign must stay a name.
  const how = DETAILED.has(name) && detail !== undefined ? ` (${detail})` : '';
  const sentence = (name === 'prestop-ended' && detail === HOOK_GIVEN_UP ? GIVEN_UP : SENTENCES[name])
    .replace('POD', () => pod)
    .replace('NODE', () => node ?? 'a node')
    .replace('CONTAINER', () => container ?? 'a container')
    .replace('DETAIL', () => detail ?? 'one');
  return `${sentence}${how}`;
}

/** It did not end: nobody waited for it any more. */
const GIVEN_UP = 'the preStop hook of CONTAINER in POD was given up: the grace period was over';

/** Which signal, how long after the order to stop, with which code. */
const DETAILED: ReadonlySet<MilestoneName> = new Set(['signal-sent', 'kill-sent', 'process-exited']);

const SENTENCES: Readonly<Record<MilestoneName, string>> = {
  'delete-requested': 'the harness asked for the disruption of POD',
  'delete-received': 'the API server received the delete of POD',
  'delete-accepted': 'the API server accepted the delete of POD',
  'delete-refused': 'the API server refused the delete of POD',
  'deletion-timestamp-seen': 'POD had its deletionTimestamp',
  'termination-started': 'the kubelet began to stop POD',
  'prestop-started': 'the preStop hook of CONTAINER in POD started',
  'prestop-failed': 'the kubelet reported that the preStop hook of CONTAINER in POD failed',
  'prestop-ended': 'the preStop hook of CONTAINER in POD ended',
  'probe-failed': 'a DETAIL probe of CONTAINER in POD failed',
  'last-probe-passed': 'a DETAIL probe of CONTAINER in POD passed for the last time',
  'event-recorded': 'the Event DETAIL was recorded about POD',
  'slice-terminating': 'POD was terminating in the EndpointSlice',
  'slice-not-ready': 'POD was no longer ready in the EndpointSlice',
  'slice-not-serving': 'POD was no longer serving in the EndpointSlice',
  'slice-removed': 'POD was out of the EndpointSlices',
  'route-removed': 'NODE stopped sending to POD',
  'last-fresh-connection': 'NODE sent its last fresh connection to POD',
  'last-fresh-accepted': 'POD accepted its last fresh connection',
  'last-reused-answered': 'POD gave its last answer on a reused connection',
  'last-answered': 'POD gave its last answer',
  'stop-requested': 'the kubelet asked the runtime to stop CONTAINER in POD',
  'signal-sent': 'CONTAINER in POD was sent its stop signal',
  'signal-received': 'the app in POD received the signal',
  'readiness-flipped': 'the app in POD failed its readiness',
  'listener-closed': 'POD closed its listener',
  drained: 'the app in POD had answered all that it had accepted',
  exiting: 'the app in POD said its last word',
  'kill-sent': 'CONTAINER in POD was sent SIGKILL',
  'process-exited': 'the process of CONTAINER in POD ended',
  'log-complete': 'the log of CONTAINER in POD was read to its end',
  'sandbox-stopped': 'the sandbox of POD was stopped',
  'network-released': 'the network of POD was released',
  'volume-unmounted': 'the volume DETAIL of POD was unmounted',
  'container-terminated': 'the status of POD said terminated',
  'phase-ended': 'POD was DETAIL, for good',
  'pod-gone': 'POD was gone from the API',
  'replacement-created': 'POD was created',
  'replacement-scheduled': 'POD was scheduled',
  'record-gone': 'the record of POD was gone from etcd',
  'log-gone': 'the log of CONTAINER in POD could no longer be read',
  'claim-deleted': 'the volume claim DETAIL of POD was deleted',
  'volume-deleted': 'the volume DETAIL, which POD used, was deleted',
  'dependent-collected': 'the garbage collector had taken the DETAIL of POD',
  'replacement-init-started': 'the init container CONTAINER of POD started',
  'replacement-init-ended': 'the init container CONTAINER of POD ended',
  'replacement-container-started': 'the container CONTAINER of POD started',
  'replacement-poststart-started': 'the postStart hook of CONTAINER in POD started',
  'replacement-poststart-ended': 'the postStart hook of CONTAINER in POD ended',
  'replacement-probe-passed': 'a DETAIL probe of CONTAINER in POD passed for the first time',
  'replacement-listening': 'POD began to listen',
  'replacement-ready': 'POD was Ready',
  'replacement-routed': 'NODE began to send to POD',
};
