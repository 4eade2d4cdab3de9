import type * as k8s from '@kubernetes/client-node';

import type { Plain } from '../cluster/kube/plain.ts';

type Labels = Readonly<Record<string, string>>;
type Selector = Plain<k8s.V1LabelSelector>;

/** Whether a label selector takes these labels. One that says nothing takes all, as a PodDisruptionBudget's does. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        case 'DoesNotExist':
          return value === undefined;
        default:
          return false;
      }
    })
  );
}
