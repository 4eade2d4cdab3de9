import type { Deployment, StatefulSet } from '../../workload/kube-object.ts';
import type { CheckRule, Hit } from '../check-rule.ts';
import type { CheckedWorkload } from '../checked-files.ts';

const DEPLOYMENT = 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/';

/** Of what a rollout takes away before there is something new. */
export const ROLLOUT_RULES: readonly CheckRule[] = [
  {
    id: 'rollout-takes-all',
    title: 'a rollout may take all Pods away at once',
    needs: 'manifest',
    reason:
      'A rollout may take away maxUnavailable Pods before a new one is Ready; with the strategy Recreate it always takes all.',
    docs: `${DEPLOYMENT}#strategy`,
    measurement: 'disruption `rollout-restart`, strategy `as-is`: for how long there was no Pod to send to',
    check: ({ workloads }) => workloads.flatMap(takesAll),
  },
  {
    id: 'rollout-waits-for-room',
    title: 'a rollout needs a node that has none of its Pods',
    needs: 'manifest',
    reason:
      'Where no Pod may be missing and no two may be on one node, the first new Pod needs a node more than there are replicas. Without one the rollout never begins.',
    docs: `${DEPLOYMENT}#max-unavailable`,
    measurement:
      "disruption `rollout-restart`, strategy `as-is`: trials are void with the scheduler's reason",
    check: ({ workloads }) => workloads.flatMap(waitsForRoom),
  },
  {
    id: 'rollout-waits-for-delete',
    title: 'a rollout replaces no Pod',
    needs: 'manifest',
    reason: 'With updateStrategy OnDelete a Pod gets its new template only when somebody deletes it.',
    docs: 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies',
    measurement: 'disruption `rollout-restart` is refused for it; `delete` is what happens to such Pods',
    check: ({ workloads }) => workloads.flatMap(waitsForDelete),
  },
];

function takesAll({ kind, title, located, replicas }: CheckedWorkload): Hit[] {
  if (kind !== 'Deployment' || replicas === null || replicas === 0) return [];
  const { type, rollingUpdate } = (located.object as Deployment).spec?.strategy ?? {};
  if (type === 'Recreate')
    return [
      {
        object: located,
        path: ['spec', 'strategy', 'type'],
        message: `${title} has the strategy Recreate: a rollout ends all of its Pods before it makes a new one.`,
        certain: true,
      },
    ];
  const { maxUnavailable } = rollingUpdate ?? {};
  if (maxUnavailable === undefined || podsOf(maxUnavailable, replicas, 'down') < replicas) return [];
  return [
    {
      object: located,
      path: ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'],
      message: `${title} allows a rollout to take away ${replicas === 1 ? 'its only Pod' : `all of its ${replicas} Pods`} before a new one is Ready (maxUnavailable: ${maxUnavailable}).`,
      certain: true,
    },
  ];
}

/** Shares of Pods are rounded down for those that may be missing, and up for those that may be too many. */
function podsOf(value: number | string, replicas: number, rounded: 'down' | 'up'): number {
  if (typeof value === 'number') return value;
  const pods = (Number.parseFloat(value) / 100) * replicas;
  return rounded === 'down' ? Math.floor(pods) : Math.ceil(pods);
}

function waitsForRoom({ kind, title, located, replicas, spec, labels }: CheckedWorkload): Hit[] {
  if (kind !== 'Deployment' || replicas === null || replicas === 0) return [];
  const { type, rollingUpdate } = (located.object as Deployment).spec?.strategy ?? {};
  const { maxUnavailable = '25%', maxSurge = '25%' } = rollingUpdate ?? {};
  if (type === 'Recreate' || podsOf(maxUnavailable, replicas, 'down') > 0) return [];
  if (podsOf(maxSurge, replicas, 'up') === 0) return [];
  const terms = spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const apart = terms.some(
    ({ topologyKey, labelSelector }) =>
      topologyKey === 'kubernetes.io/hostname' &&
      Object.entries(labelSelector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value),
  );
  const hostPorts = spec.containers.some(({ ports = [] }) =>
    ports.some(({ hostPort }) => hostPort !== undefined || spec.hostNetwork === true),
  );
  if (!apart && !hostPorts) return [];
  const why = apart ? 'a required anti-affinity keeps its Pods apart' : 'its Pods take a port of their node';
  return [
    {
      object: located,
      path: ['spec', 'strategy'],
      message: `A rollout of ${title} takes no Pod away before a new one is Ready, and ${why}: are there always more than ${replicas} nodes for it?`,
      certain: false,
    },
  ];
}

function waitsForDelete({ kind, title, located }: CheckedWorkload): Hit[] {
  if (kind !== 'StatefulSet' && kind !== 'DaemonSet') return [];
  if ((located.object as StatefulSet).spec?.updateStrategy?.type !== 'OnDelete') return [];
  return [
    {
      object: located,
      path: ['spec', 'updateStrategy', 'type'],
      message: `${title} has the updateStrategy OnDelete: a rollout restart deletes nothing. Who deletes its Pods, and does that wait for each to be Ready again?`,
      certain: false,
    },
  ];
}
