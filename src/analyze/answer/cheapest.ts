import type { StrategyResult } from '../run-result.ts';

/**
 * Shutdown times that are no further apart than this, ms, cost the same: medians of one and the same setting differ by
 * tens of milliseconds from run to run.
 */
const SAME_COST_MS = 100;

/**
 * The strategy with the shortest median shutdown. Of those that cost the same (also: of which nobody knows the cost) it
 * is the first in the order of the scenario.
 */
export function cheapest(strategies: readonly StrategyResult[]): StrategyResult | undefined {
  const costs = strategies.map(({ shutdownMs }) => shutdownMs).filter((cost) => cost !== null);
  if (costs.length === 0) return strategies[0];
  const limitMs = Math.min(...costs) + SAME_COST_MS;
  return strategies.find(({ shutdownMs }) => shutdownMs !== null && shutdownMs <= limitMs);
}
