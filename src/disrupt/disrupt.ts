import type { Disruption } from '../model/scenario.ts';
import { deleteMany } from './delete-many.ts';
import { deletePod } from './delete-pod.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import { forceDelete } from './force-delete.ts';
import { none } from './none.ts';
import { rolloutRestart } from './rollout-restart.ts';

/**
 * Does what a scenario's disruption says, through the API alone, each object under a UID precondition, and records
 * every request and its answer. Returns when the API server has answered, not when the Pods are gone.
 *
 * @throws DrainbenchError `disruption-impossible` when there are not enough Ready Pods, `disruption-refused` when the
 *   API server refused (also a part); what it accepted until then is in the recorded events.
 */
export async function disrupt(
  spec: Disruption,
  context: DisruptionContext,
): Promise<{ readonly victims: readonly Victim[] }> {
  return { victims: await run(spec, context) };
}

function run(spec: Disruption, context: DisruptionContext): Promise<readonly Victim[]> {
  switch (spec.type) {
    case 'none':
      return none(spec, context);
    case 'delete':
      return deletePod(spec, context);
    case 'delete-many':
      return deleteMany(spec, context);
    case 'force-delete':
      return forceDelete(spec, context);
    case 'rollout-restart':
      return rolloutRestart(spec, context);
  }
}
