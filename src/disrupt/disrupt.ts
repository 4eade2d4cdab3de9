import type { Disruption } from '../model/scenario.ts';
import type { DisruptionContext } from './disruption-context.ts';
import type { Disrupted, DisruptionKind } from './disruption-kind.ts';
import { DISRUPTION_KINDS } from './disruption-kinds.ts';

/**
 * Does what a scenario's disruption says, each object under a UID precondition, and records every request and its
 * answer. Returns when the API server has answered, not when the Pods are gone.
 *
 * @throws DrainbenchError `pods-not-ready` when a Pod is not Ready, and `disruption-impossible` when there is not what it
 *   is to be done to: then nothing was begun. `disruption-refused` when the API server refused (also a part) or did not
 *   answer, `disruption-blocked` when a budget never allowed it, `disruption-forbidden` when a right is missing; what it
 *   accepted until then is in the recorded events.
 */
export function disrupt(spec: Disruption, context: DisruptionContext): Promise<Disrupted> {
  // The table has for each type the kind that takes it; the compiler cannot follow that through the look-up.
  const kind = DISRUPTION_KINDS[spec.type] as unknown as DisruptionKind<Disruption['type']>;
  return kind.run(spec, context);
}
