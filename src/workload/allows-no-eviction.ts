import type * as k8s from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';

type BudgetSpec = Plain<k8s.V1PodDisruptionBudgetSpec>;

/**
 * Whether a PodDisruptionBudget refuses every eviction, also when all of its Pods are healthy. Shares of Pods are rounded
 * up, as the disruption controller does it.
 *
 * @param replicas how many Pods it selects, as their workloads want them.
 */
export function allowsNoEviction({ minAvailable, maxUnavailable }: BudgetSpec, replicas: number): boolean {
  if (maxUnavailable !== undefined) return podsOf(maxUnavailable, replicas) === 0;
  if (minAvailable === undefined) return false;
  return podsOf(minAvailable, replicas) >= replicas;
}

function podsOf(value: number | string, replicas: number): number {
  if (typeof value === 'number') return value;
  return Math.ceil((Number.parseFloat(value) / 100) * replicas);
}
