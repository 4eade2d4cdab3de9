import { deletePods } from './delete-pods.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { DELETE_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { wholeWorkload } from './whole-workload.ts';

/** `kubectl delete pod --force --grace-period=0`: the object goes at once, its kubelet finds out afterwards. */
export const forceDelete: DisruptionKind<'force-delete'> = {
  rights: DELETE_PODS,
  needs: [],
  leavesWorkload: true,
  run: async (spec, context) => {
    const victims = selectVictims(await wholeWorkload(context), spec.pods ?? 1, context.seed);
    return deletePods(spec.type, victims, context, 0);
  },
};
