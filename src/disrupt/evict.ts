import type { DisruptionKind } from './disruption-kind.ts';
import { evictPods } from './evict-pods.ts';
import { readyPods } from './ready-pods.ts';
import { EVICT_PODS } from './rights.ts';
import { selectVictims } from './select-victims.ts';

/** The Eviction API, as `kubectl drain`, autoscalers and deschedulers use it: budgets are respected. */
export const evict: DisruptionKind<'evict'> = {
  rights: EVICT_PODS,
  needs: [],
  run: async ({ type, pods = 1, retryForSeconds }, context) => {
    const victims = selectVictims(await readyPods(context), pods, context.seed);
    return evictPods(type, victims, retryForSeconds, context);
  },
};
