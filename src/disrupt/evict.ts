import type { DisruptionKind } from './disruption-kind.ts';
import { evictPods } from './evict-pods.ts';
import { EVICT_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';
import { wholeWorkload } from './whole-workload.ts';

/** The Eviction API, as `kubectl drain`, autoscalers and deschedulers use it: budgets are respected. */
export const evict: DisruptionKind<'evict'> = {
  rights: EVICT_PODS,
  needs: [],
  leavesWorkload: true,
  run: async ({ type, pods = 1, retryForSeconds }, context) => {
    const victims = selectVictims(await wholeWorkload(context), pods, context.seed);
    return evictPods(type, victims, retryForSeconds, context);
  },
};
