import type { ClusterControl } from '../cluster/cluster.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { DisruptionContext } from './disruption-context.ts';

/** The cluster's hand on its nodes; that it has one is checked before anything is created. */
export function requireControl({ cluster }: Pick<DisruptionContext, 'cluster'>): ClusterControl {
  if (cluster.control !== undefined) return cluster.control;
  throw new DrainbenchError({
    code: 'disruption-not-available',
    message: 'this cluster gives no hand on the components of its nodes',
  });
}
