import type * as k8s from '@kubernetes/client-node';

import type { Plain } from '../../cluster/kube/plain.ts';
import { countOf } from '../../model/count-of.ts';
import { allowsNoEviction } from '../../workload/allows-no-eviction.ts';
import type { LocatedObject } from '../../workload/parse-manifest.ts';
import { selects } from '../../workload/selects.ts';
import type { CheckRule, Hit } from '../check-rule.ts';
import { inOneNamespace, type CheckedFiles, type CheckedWorkload } from '../checked-files.ts';

type Budget = Plain<k8s.V1PodDisruptionBudget>;

const BUDGETS = 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/';
const EVICTION = 'https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/';

/** Of how many Pods there are, and which of them may go. */
export const REPLICA_RULES: readonly CheckRule[] = [
  {
    id: 'single-replica',
    title: 'a single replica',
    needs: 'manifest',
    reason:
      'When the only Pod is deleted or evicted, its replacement begins after it has been told to go. Until that one is Ready nobody else can answer.',
    docs: 'https://kubernetes.io/docs/concepts/workloads/pods/disruptions/',
    measurement: 'disruption `delete`, strategy `as-is`: for how long there was no Pod to send to',
    check: ({ workloads }) => workloads.flatMap(singleReplica),
  },
  {
    id: 'budget-blocks',
    title: 'the disruption budget allows no eviction',
    needs: 'manifest',
    reason:
      'The Eviction API refuses what the budget does not allow. A drain of a node asks again and again, and does not get through.',
    docs: BUDGETS,
    measurement: 'disruption `evict`, strategy `as-is`: trials are void, the eviction is refused with 429',
    check: (files) => budgetsOf(files).flatMap((budget) => blocks(budget, files)),
  },
  {
    id: 'budget-selects-nothing',
    title: 'the disruption budget selects no Pod',
    needs: 'manifest',
    reason: 'A budget that selects nothing protects nothing: a drain takes all Pods of a node at once.',
    docs: BUDGETS,
    measurement: 'disruption `drain`, strategy `as-is`: all Pods of the node go at once',
    check: (files) => budgetsOf(files).flatMap((budget) => selectsNothing(budget, files)),
  },
  {
    id: 'two-budgets',
    title: 'two disruption budgets select the same Pods',
    needs: 'manifest',
    reason: 'The Eviction API does not support more than one budget for a Pod, and answers with an error.',
    docs: EVICTION,
    measurement: 'disruption `evict`, strategy `as-is`: trials are void, the eviction is refused with 500',
    check: twoBudgets,
  },
];

function singleReplica({ located, title, replicas, autoscaler, kind, services }: CheckedWorkload): Hit[] {
  if (kind === 'Pod' || replicas === null) return [];
  const path = ['spec', 'replicas'];
  if (autoscaler !== null) {
    const { kind: scaler, name, bounds } = autoscaler;
    if (bounds?.min !== 1) return [];
    const message = `${scaler} ${name} keeps ${title} at 1 Pod or more: is one at a time what it should come down to?`;
    return [{ object: located, path, message, certain: false }];
  }
  if (replicas !== 1) return [];
  const what = `${title} has a single replica: until its replacement is Ready, nobody but the Pod that goes can answer`;
  // Without a Service in the files it may be a worker that nobody asks.
  const certain = services.length > 0;
  return [
    { object: located, path, message: certain ? `${what}.` : `${what}: does it get requests?`, certain },
  ];
}

interface PlacedBudget {
  readonly located: LocatedObject;
  readonly title: string;
  readonly spec: NonNullable<Budget['spec']>;
}

function budgetsOf({ objects }: CheckedFiles): readonly PlacedBudget[] {
  return objects
    .filter(({ object }) => object.kind === 'PodDisruptionBudget')
    .map((located) => ({
      located,
      title: `PodDisruptionBudget ${located.object.metadata?.name ?? ''}`,
      spec: (located.object as Budget).spec ?? {},
    }));
}

/** A budget without a selector selects nothing; an empty one selects all. */
function selected({ located, spec }: PlacedBudget, { workloads }: CheckedFiles): readonly CheckedWorkload[] {
  const { selector } = spec;
  if (selector === undefined) return [];
  return workloads.filter(
    (workload) => inOneNamespace(located, workload.located) && selects(selector, workload.labels),
  );
}

function blocks(budget: PlacedBudget, files: CheckedFiles): Hit[] {
  const { located, title, spec } = budget;
  const workloads = selected(budget, files);
  const field = spec.maxUnavailable === undefined ? 'minAvailable' : 'maxUnavailable';
  const path = ['spec', field];
  const rule = `${title} (${field}: ${spec[field] ?? ''})`;
  if (workloads.length === 0) return [];
  // How many Pods a DaemonSet or an autoscaler makes is not in the files.
  const counts = workloads.map(({ replicas, autoscaler }) => (autoscaler === null ? replicas : null));
  if (counts.every((count) => count !== null)) {
    const pods = counts.reduce((sum, count) => sum + count, 0);
    if (pods === 0 || !allowsNoEviction(spec, pods)) return [];
    const whose = workloads.map((workload) => workload.title).join(' and ');
    const message = `${rule} never allows an eviction of a Ready Pod of ${whose} (${countOf(pods, 'Pod')}): a drain of its node does not get through.`;
    return [{ object: located, path, message, certain: true }];
  }
  const bounds = workloads.map(({ replicas, autoscaler }) => ({
    min: autoscaler === null ? replicas : (autoscaler.bounds?.min ?? null),
    max: autoscaler === null ? replicas : (autoscaler.bounds?.max ?? null),
  }));
  const sum = (values: readonly (number | null)[]) =>
    values.reduce<number>((total, value) => total + (value ?? Infinity), 0);
  const most = sum(bounds.map(({ max }) => max));
  const least = sum(bounds.map(({ min }) => min));
  if (Number.isFinite(most) && allowsNoEviction(spec, most))
    return [{ object: located, path, message: `${rule} never allows an eviction of a Ready Pod, also with the ${countOf(most, 'Pod')} that the autoscaler may make.`, certain: true }]; // prettier-ignore
  if (spec.maxUnavailable !== undefined && allowsNoEviction(spec, 100))
    return [
      { object: located, path, message: `${rule} never allows an eviction of a Ready Pod.`, certain: true },
    ];
  if (!Number.isFinite(least) || !allowsNoEviction(spec, least)) return [];
  const message = `${rule} allows no eviction while the autoscaler keeps the workload at ${countOf(least, 'Pod')}: is a drain to wait for more load?`;
  return [{ object: located, path, message, certain: false }];
}

function selectsNothing(budget: PlacedBudget, files: CheckedFiles): Hit[] {
  const { located, title, spec } = budget;
  const path = ['spec', 'selector'];
  if (spec.selector === undefined)
    return [{ object: located, path, message: `${title} has no selector: it selects no Pods, and protects none.`, certain: true }]; // prettier-ignore
  if (selected(budget, files).length > 0) return [];
  const message = `${title} selects no Pods of these files: is its workload elsewhere, or are its labels wrong?`;
  return [{ object: located, path, message, certain: false }];
}

function twoBudgets(files: CheckedFiles): readonly Hit[] {
  const budgets = budgetsOf(files);
  return files.workloads.flatMap((workload): Hit[] => {
    const [first, second] = budgets.filter((budget) => selected(budget, files).includes(workload));
    if (first === undefined || second === undefined) return [];
    return [
      {
        object: second.located,
        path: ['spec', 'selector'],
        message: `${second.title} and ${first.title} both select the Pods of ${workload.title}: the Eviction API refuses Pods that have two budgets.`,
        certain: true,
      },
    ];
  });
}
