import type { Cluster } from '../cluster/cluster.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { LoadSpec, Scenario } from '../model/scenario.ts';
import type { DisruptionNeed } from './disruption-kind.ts';
import { DISRUPTION_KINDS } from './disruption-kinds.ts';

type Offering = Pick<Cluster, 'driver' | 'ours' | 'nodes' | 'control'>;

/**
 * Holds what a scenario's disruptions need against the cluster; to be called before anything is created.
 *
 * @throws DrainbenchError `disruption-not-available` (exit code 64: another cluster, or another disruption).
 */
export function requireDisruptions(
  { disruptions, loads }: Pick<Scenario['spec'], 'disruptions' | 'loads'>,
  cluster: Offering,
): void {
  for (const { type } of disruptions) {
    const lacking = DISRUPTION_KINDS[type].needs.find((need) => !OFFERS[need](cluster, loads));
    if (lacking === undefined) continue;
    throw new DrainbenchError({
      code: 'disruption-not-available',
      message: `disruption ${type} cannot be done on this cluster: ${REASONS[lacking]}`,
      found: `driver ${cluster.driver}, ${countOf(cluster.nodes.length, 'node')}${cluster.ours ? '' : ', not made by drainbench'}`,
      fix: FIXES[lacking],
      exitCode: EXIT.usage,
    });
  }
}

const OFFERS: Readonly<Record<DisruptionNeed, (cluster: Offering, loads: readonly LoadSpec[]) => boolean>> = {
  'own-nodes': ({ ours }) => ours,
  'two-nodes': ({ nodes }) => nodes.length >= 2,
  'node-without-load': ({ nodes }, loads) => {
    const inside = loads.filter(({ from }) => from === 'inside');
    const named = nodes.filter(({ name }) => inside.some(({ node }) => node === name));
    // One Pod for all that name no node, on whichever the scheduler takes.
    const others = inside.some(({ node }) => node === undefined) ? 1 : 0;
    return named.length + others < nodes.length;
  },
  control: ({ control }) => control !== undefined,
};

const REASONS: Readonly<Record<DisruptionNeed, string>> = {
  'own-nodes':
    "it changes a node or may push others' Pods off it, and on a cluster that drainbench did not make nothing outside the namespace is touched",
  'two-nodes': 'its Pods need a second node to go to',
  'node-without-load': 'on every node a load may run, and what is done to its node is done to the load',
  control: 'it needs a hand on the components of a node',
};

const FIXES: Readonly<Record<DisruptionNeed, string>> = {
  'own-nodes':
    'let drainbench make the cluster (spec.cluster.driver embedded or kind), or use the disruption delete-many with pods: one-node',
  'two-nodes': 'set spec.cluster.nodes to 2 or more',
  'node-without-load': 'let the loads run on fewer nodes (`node` in each), or add nodes',
  control: 'use spec.cluster.driver embedded, or leave the disruption away',
};
