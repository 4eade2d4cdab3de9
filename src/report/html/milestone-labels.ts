import type { MilestoneName } from '../../model/milestone.ts';

/** The rows of a timeline: who saw the step. */
export const MILESTONE_ROWS = ['API server', 'EndpointSlice', 'app', 'Pod object', 'replacement'] as const;
export type MilestoneRow = (typeof MILESTONE_ROWS)[number];

/** What a step is called on a timeline, and in which row it stands. */
export const MILESTONE_LABELS: Readonly<
  Record<MilestoneName, { readonly row: MilestoneRow; readonly label: string }>
> = {
  'delete-requested': { row: 'API server', label: 'requested' },
  'delete-accepted': { row: 'API server', label: 'accepted' },
  'delete-refused': { row: 'API server', label: 'refused' },
  'deletion-timestamp-seen': { row: 'API server', label: 'deletionTimestamp' },
  'slice-terminating': { row: 'EndpointSlice', label: 'terminating' },
  'slice-not-ready': { row: 'EndpointSlice', label: 'ready=false' },
  'slice-not-serving': { row: 'EndpointSlice', label: 'serving=false' },
  'slice-removed': { row: 'EndpointSlice', label: 'removed' },
  'prestop-called': { row: 'app', label: 'preStop called' },
  'signal-received': { row: 'app', label: 'signal received' },
  'readiness-flipped': { row: 'app', label: 'readiness flipped' },
  'listener-closed': { row: 'app', label: 'listener closed' },
  drained: { row: 'app', label: 'drained' },
  exiting: { row: 'app', label: 'exit' },
  'container-terminated': { row: 'Pod object', label: 'container terminated' },
  'pod-gone': { row: 'Pod object', label: 'gone' },
  'replacement-created': { row: 'replacement', label: 'created' },
  'replacement-scheduled': { row: 'replacement', label: 'scheduled' },
  'replacement-ready': { row: 'replacement', label: 'Ready' },
};
