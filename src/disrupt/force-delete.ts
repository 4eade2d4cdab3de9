import { deletePods } from './delete-pods.ts';
import type { DisruptionRunner } from './disruption-context.ts';
import { readyPods } from './ready-pods.ts';
import { selectVictims } from './select-victims.ts';

/** `kubectl delete pod --force --grace-period=0`: the object goes at once, its kubelet finds out afterwards. */
export const forceDelete: DisruptionRunner<'force-delete'> = async (spec, context) => {
  const victims = selectVictims(await readyPods(context), spec.pods ?? 1, context.seed);
  return deletePods(spec.type, victims, context, 0);
};
