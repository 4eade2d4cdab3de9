import { awayFromLoads } from './away-from-loads.ts';
import { changeNode } from './change-node.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { CHANGE_NODES, READ_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { wholeWorkload } from './whole-workload.ts';

/**
 * `kubectl taint node … NoExecute`: what a node that is lost, or shut down, does to its Pods. The control plane deletes
 * all that do not tolerate it, also those that are not the trial's, and asks no budget. The taint is taken away when
 * the trial is tidied away.
 */
export const taint: DisruptionKind<'taint'> = {
  rights: [...READ_PODS, ...CHANGE_NODES],
  needs: ['own-nodes', 'two-nodes', 'node-without-load'],
  leavesWorkload: false,
  run: async ({ type }, context) => {
    const victims = selectVictims(
      awayFromLoads(await wholeWorkload(context), context),
      'one-node',
      context.seed,
    );
    await changeNode(type, victims[0]?.node ?? '', 'taint', context);
    return { victims };
  },
};
