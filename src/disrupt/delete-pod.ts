import { deletePods } from './delete-pods.ts';
import type { DisruptionKind } from './disruption-kind.ts';
import { DELETE_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { wholeWorkload } from './whole-workload.ts';

/** `kubectl delete pod`: one Pod, with the grace period of its own spec. */
export const deletePod: DisruptionKind<'delete'> = {
  rights: DELETE_PODS,
  needs: [],
  leavesWorkload: true,
  run: async (spec, context) => {
    const victims = selectVictims(await wholeWorkload(context), 1, context.seed);
    return deletePods(spec.type, victims, context);
  },
};
