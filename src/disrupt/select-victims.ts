import { DrainbenchError } from '../model/drainbench-error.ts';
import { seededRandom } from '../model/seeded-random.ts';
import type { Victim } from './disruption-context.ts';

/**
 * Chooses victims by the trial's seed alone: some Pods, all of one node, or all. Pods are put in order by node and name
 * first, so the order in which the API server lists them does not matter.
 *
 * @throws DrainbenchError `disruption-impossible` when there are fewer Pods than asked for.
 */
export function selectVictims(
  pods: readonly Victim[],
  count: number | 'one-node' | 'all',
  seed: number,
): readonly Victim[] {
  const wanted = typeof count === 'number' ? count : 1;
  if (pods.length < wanted) {
    throw new DrainbenchError({
      code: 'disruption-impossible',
      message: `there are not enough Ready Pods to disrupt`,
      expected: `at least ${wanted}`,
      found: `${pods.length}: ${pods.map(({ name }) => name).join(', ')}`,
    });
  }
  const ordered = pods.toSorted(
    (left, right) => compare(left.node, right.node) || compare(left.name, right.name),
  );
  if (count === 'all') return ordered;
  const random = seededRandom(seed);
  if (count === 'one-node') {
    const nodes = [...new Set(ordered.map(({ node }) => node))];
    const chosen = nodes[random.nextInt(nodes.length)];
    return ordered.filter(({ node }) => node === chosen);
  }
  return random.shuffle(ordered).slice(0, count);
}

/** By code unit: a locale would order the same names differently on another machine. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
