import { deletePods } from './delete-pods.ts';
import type { DisruptionRunner } from './disruption-context.ts';
import { readyPods } from './ready-pods.ts';
import { selectVictims } from './select-victims.ts';

/** Several Pods at once, or all of one node, as a careless drain would. */
export const deleteMany: DisruptionRunner<'delete-many'> = async (spec, context) => {
  const victims = selectVictims(await readyPods(context), spec.pods, context.seed);
  return deletePods(spec.type, victims, context);
};
