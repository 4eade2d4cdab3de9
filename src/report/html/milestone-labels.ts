import type { MilestoneName } from '../../model/milestone.ts';

/** The rows of a timeline: who did the step. */
export const MILESTONE_ROWS = [
  'API server',
  'EndpointSlice',
  'kubelet',
  'kube-proxy',
  'connections',
  'app',
  'Pod object',
  'replacement',
] as const;
export type MilestoneRow = (typeof MILESTONE_ROWS)[number];

/** What a step is called on a timeline, and in which row it stands. */
export const MILESTONE_LABELS: Readonly<
  Record<MilestoneName, { readonly row: MilestoneRow; readonly label: string }>
> = {
  'delete-requested': { row: 'API server', label: 'requested' },
  'delete-received': { row: 'API server', label: 'received' },
  'delete-accepted': { row: 'API server', label: 'accepted' },
  'delete-refused': { row: 'API server', label: 'refused' },
  'deletion-timestamp-seen': { row: 'API server', label: 'deletionTimestamp' },
  'slice-terminating': { row: 'EndpointSlice', label: 'terminating' },
  'slice-not-ready': { row: 'EndpointSlice', label: 'ready=false' },
  'slice-not-serving': { row: 'EndpointSlice', label: 'serving=false' },
  'slice-removed': { row: 'EndpointSlice', label: 'removed' },
  'termination-started': { row: 'kubelet', label: 'starts termination' },
  'prestop-started': { row: 'kubelet', label: 'preStop starts' },
  'prestop-failed': { row: 'kubelet', label: 'preStop failed' },
  'prestop-ended': { row: 'kubelet', label: 'preStop ends' },
  'signal-sent': { row: 'kubelet', label: 'stop signal sent' },
  'kill-sent': { row: 'kubelet', label: 'SIGKILL' },
  'sandbox-stopped': { row: 'kubelet', label: 'sandbox stopped' },
  'network-released': { row: 'kubelet', label: 'network released' },
  'route-removed': { row: 'kube-proxy', label: 'route removed' },
  'last-fresh-connection': { row: 'connections', label: 'last fresh sent' },
  'last-fresh-accepted': { row: 'connections', label: 'last fresh accepted' },
  'last-reused-answered': { row: 'connections', label: 'last reused answered' },
  'signal-received': { row: 'app', label: 'signal received' },
  'readiness-flipped': { row: 'app', label: 'readiness flipped' },
  'listener-closed': { row: 'app', label: 'listener closed' },
  drained: { row: 'app', label: 'drained' },
  exiting: { row: 'app', label: 'exit' },
  'process-exited': { row: 'app', label: 'process gone' },
  'container-terminated': { row: 'Pod object', label: 'container terminated' },
  'pod-gone': { row: 'Pod object', label: 'gone' },
  'replacement-created': { row: 'replacement', label: 'created' },
  'replacement-scheduled': { row: 'replacement', label: 'scheduled' },
  'replacement-listening': { row: 'replacement', label: 'listening' },
  'replacement-ready': { row: 'replacement', label: 'Ready' },
  'replacement-routed': { row: 'replacement', label: 'routed' },
};
