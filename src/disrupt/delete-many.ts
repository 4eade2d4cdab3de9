import { deletePods } from './delete-pods.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { DELETE_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { wholeWorkload } from './whole-workload.ts';

/** Several Pods at once, or all of one node, as a careless drain would. */
export const deleteMany: DisruptionKind<'delete-many'> = {
  rights: DELETE_PODS,
  needs: [],
  leavesWorkload: true,
  run: async (spec, context) => {
    const victims = selectVictims(await wholeWorkload(context), spec.pods, context.seed);
    return deletePods(spec.type, victims, context);
  },
};
