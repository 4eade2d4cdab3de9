import { deletePods } from './delete-pods.ts';
import type { DisruptionRunner } from './disruption-context.ts';
import { readyPods } from './ready-pods.ts';
import { selectVictims } from './select-victims.ts';

/** `kubectl delete pod`: one Pod, with the grace period of its own spec. */
export const deletePod: DisruptionRunner<'delete'> = async (spec, context) => {
  const victims = selectVictims(await readyPods(context), 1, context.seed);
  return deletePods(spec.type, victims, context);
};
