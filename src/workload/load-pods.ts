import type { LoadSpec, Scenario } from '../model/scenario.ts';
import { buildLoadPod, LOAD } from './build-load-pod.ts';
import type { InsideContext } from './build-node-agents.ts';
import type { Pod } from './kube-object.ts';

/** The Pods that a scenario's inside loads run in: one for each place that they are to run at. */
export function loadPods({ spec }: Scenario, context: InsideContext): Pod[] {
  const loads = spec.loads.filter(({ from }) => from === 'inside');
  const nodes = new Map(loads.map((load) => [loadPodName(load, context.runId), load.node ?? null]));
  return [...nodes].map(([name, node]) => buildLoadPod(name, node, context));
}

/**
 * With the run in it: in a namespace that is not ours there may be a `load` already. Names of nodes may hold dots, which
 * names of Pods may, too.
 */
export function loadPodName({ node }: LoadSpec, runId: string): string {
  const name = `${LOAD}-${runId.slice(-6).toLowerCase()}`;
  return node === undefined ? name : `${name}-${node}`;
}
