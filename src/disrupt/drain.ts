import { awayFromLoads } from './away-from-loads.ts';
import { changeNode } from './change-node.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { evictPods } from './evict-pods.ts';
import { CHANGE_NODES, EVICT_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { wholeWorkload } from './whole-workload.ts';

/**
 * `kubectl drain`: one node is closed to new Pods, and the trial's Pods on it are evicted, budgets respected. Pods that
 * are not the trial's stay, and a node that a load runs on is not chosen. The node is opened again when the trial is tidied away.
 */
export const drain: DisruptionKind<'drain'> = {
  rights: [...EVICT_PODS, ...CHANGE_NODES],
  needs: ['own-nodes', 'two-nodes', 'node-without-load'],
  leavesWorkload: false,
  run: async ({ type, retryForSeconds }, context) => {
    const victims = selectVictims(
      awayFromLoads(await wholeWorkload(context), context),
      'one-node',
      context.seed,
    );
    await changeNode(type, victims[0]?.node ?? '', 'cordon', context);
    return evictPods(type, victims, retryForSeconds, context);
  },
};
