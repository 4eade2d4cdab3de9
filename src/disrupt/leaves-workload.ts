import type { Disruption } from '../model/scenario.ts';
import { asksForBudget } from './disruption-budget.ts';
import { DISRUPTION_KINDS } from './disruption-kinds.ts';

/** Whether another trial can follow on the same workload. A budget is made for one trial only. */
export function leavesWorkload(disruption: Disruption): boolean {
  return DISRUPTION_KINDS[disruption.type].leavesWorkload && !asksForBudget(disruption);
}
