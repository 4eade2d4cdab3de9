import type { DisruptionRight } from './disruption-kind.ts';

const right = (group: string, resource: string, verb: string, namespaced = true): DisruptionRight => ({
  group,
  resource,
  verb,
  namespaced,
});

/** To see which Pods are Ready, and what became of one. */
export const READ_PODS = [right('', 'pods', 'list'), right('', 'pods', 'get')] as const;
export const DELETE_PODS = [...READ_PODS, right('', 'pods', 'delete')] as const;
/** A budget that the disruption makes is one more object of the trial, and not among these. */
export const EVICT_PODS = [...READ_PODS, right('', 'pods/eviction', 'create')] as const;
export const CREATE_PODS = [...DELETE_PODS, right('', 'pods', 'create')] as const;
export const PATCH_TARGET = [
  ...READ_PODS,
  right('apps', 'TARGET', 'get'),
  right('apps', 'TARGET', 'patch'),
] as const;
export const DELETE_TARGET = [
  ...READ_PODS,
  right('apps', 'TARGET', 'get'),
  right('apps', 'TARGET', 'delete'),
] as const;
/** A Deployment of our own beside the app, and what its Pods need to be seen and removed. */
export const CHURN = [
  ...READ_PODS,
  right('apps', 'TARGET', 'get'),
  ...['create', 'get', 'delete'].map((verb) => right('apps', 'deployments', verb)),
  ...['list', 'delete'].map((verb) => right('apps', 'replicasets', verb)),
] as const;
export const CHANGE_NODES = [right('', 'nodes', 'get', false), right('', 'nodes', 'patch', false)] as const;
