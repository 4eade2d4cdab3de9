import type { DisruptionContext, Victim } from './disruption-context.ts';
import { disruptionRefused } from './disruption-refused.ts';

/**
 * The Pods on nodes that no load runs on: what is done to such a node must not happen to the measuring itself.
 *
 * @throws DrainbenchError `disruption-refused` when there is none.
 */
export function awayFromLoads(
  pods: readonly Victim[],
  { loadNodes }: Pick<DisruptionContext, 'loadNodes'>,
): readonly Victim[] {
  const away = pods.filter(({ node }) => !loadNodes.includes(node));
  if (away.length > 0 || pods.length === 0) return away;
  const found = pods.map(({ name, node }) => `${name} on ${node}`).join(', ');
  throw disruptionRefused('all Ready Pods are on nodes that a load runs on', [
    { httpStatus: null, text: found },
  ]);
}
