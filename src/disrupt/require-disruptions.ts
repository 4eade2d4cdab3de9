import type { Cluster } from '../cluster/cluster.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Disruption } from '../model/scenario.ts';
import type { DisruptionNeed } from './disruption-kind.ts';
import { DISRUPTION_KINDS } from './disruption-kinds.ts';

/**
 * Holds what a scenario's disruptions need against the cluster; to be called before anything is created.
 *
 * @throws DrainbenchError `disruption-not-available` (exit code 64: another cluster, or another disruption).
 */
export function requireDisruptions(
  disruptions: readonly Disruption[],
  cluster: Pick<Cluster, 'driver' | 'nodes' | 'control'>,
): void {
  for (const { type } of disruptions) {
    const lacking = DISRUPTION_KINDS[type].needs.find((need) => !OFFERS[need](cluster));
    if (lacking === undefined) continue;
    throw new DrainbenchError({
      code: 'disruption-not-available',
      message: `disruption ${type} cannot be done on this cluster: ${REASONS[lacking]}`,
      found: `driver ${cluster.driver}, ${cluster.nodes.length} node${cluster.nodes.length === 1 ? '' : 's'}`,
      fix: FIXES[lacking],
      exitCode: EXIT.usage,
    });
  }
}

const OFFERS: Readonly<
  Record<DisruptionNeed, (cluster: Pick<Cluster, 'driver' | 'nodes' | 'control'>) => boolean>
> = {
  'own-nodes': ({ driver }) => driver !== 'existing',
  'two-nodes': ({ nodes }) => nodes.length >= 2,
  control: ({ control }) => control !== undefined,
};

const REASONS: Readonly<Record<DisruptionNeed, string>> = {
  'own-nodes':
    'it changes a node, and on a cluster that is not ours nothing outside the namespace is touched',
  'two-nodes': 'its Pods need a second node to go to',
  control: 'it needs a hand on the components of a node',
};

const FIXES: Readonly<Record<DisruptionNeed, string>> = {
  'own-nodes': 'use spec.cluster.driver embedded or kind, or the disruption delete-many with pods: one-node',
  'two-nodes': 'set spec.cluster.nodes to 2 or more',
  control: 'use spec.cluster.driver embedded, or leave the disruption away',
};
