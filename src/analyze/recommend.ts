import type { Verdict } from '../model/verdict.ts';
import { describeStrategy } from './describe-strategy.ts';
import { formatMs } from './format-ms.ts';
import type { CellResult, Recommendation, StrategyResult } from './run-result.ts';
import { trialsForBound } from './statistics/trials-for-bound.ts';
import { worstCell } from './worst-cell.ts';

/**
 * Shutdown times that are no further apart than this, ms, cost the same: medians of one and the same setting differ by
 * tens of milliseconds from run to run.
 */
const SAME_COST_MS = 100;

/**
 * What to do, for somebody who is tired. Recommended is the cheapest strategy that passes in all its cells; its cost
 * is the measured median shutdown time of a Pod. Of those that cost the same (also: of which nobody knows the cost) it
 * is the first in the order of the scenario. Nothing is recommended from a void run.
 */
export function recommend(
  verdict: Verdict,
  strategies: readonly StrategyResult[],
  cells: readonly CellResult[],
  maxFailingTrials: number,
): Recommendation {
  if (verdict === 'void') {
    const sentence = 'Recommend nothing from this run: mend what made it void, then run it again.';
    return { strategy: null, sentence };
  }
  const best = cheapest(strategies.filter((candidate) => candidate.verdict === 'pass'));
  if (best !== undefined) return { strategy: best.name, sentence: praise(best, strategies) };
  return { strategy: null, sentence: adviceWithoutWinner(strategies, cells, maxFailingTrials) };
}

function cheapest(strategies: readonly StrategyResult[]): StrategyResult | undefined {
  const costs = strategies.map(({ shutdownMs }) => shutdownMs).filter((cost) => cost !== null);
  if (costs.length === 0) return strategies[0];
  const limitMs = Math.min(...costs) + SAME_COST_MS;
  return strategies.find(({ shutdownMs }) => shutdownMs !== null && shutdownMs <= limitMs);
}

function praise(best: StrategyResult, strategies: readonly StrategyResult[]): string {
  const reference = strategies[0];
  if (reference === undefined || best.name === reference.name) {
    const keep = `Keep “${best.name}” (${describeStrategy(best.strategy)}): it passes`;
    return best.shutdownMs === null
      ? `${keep}. What it costs could not be measured.`
      : `${keep}, and nothing that passes is cheaper.`;
  }
  const setting = `Use “${best.name}” (${describeStrategy(best.strategy)})`;
  if (best.shutdownMs === null) {
    return `${setting}: the first setting that passes. What it costs could not be measured.`;
  }
  const use = `${setting}: the cheapest setting that passes.`;
  if (best.addedShutdownMs === null)
    return `${use} A Pod then takes ${formatMs(best.shutdownMs)} to shut down.`;
  const change = best.addedShutdownMs < 0 ? 'less' : 'more';
  return `${use} A Pod then takes ${formatMs(best.shutdownMs)} to shut down, ${formatMs(Math.abs(best.addedShutdownMs))} ${change} than with “${reference.name}”.`;
}

function adviceWithoutWinner(
  strategies: readonly StrategyResult[],
  cells: readonly CellResult[],
  maxFailingTrials: number,
): string {
  const [closest] = strategies
    .map((strategy) => ({ strategy, cell: worstCell(cells, strategy.name) }))
    .filter((candidate) => candidate.cell !== undefined)
    .toSorted((a, b) => (a.cell?.upper ?? 1) - (b.cell?.upper ?? 1));
  if (closest?.cell === undefined) return 'Nothing can be recommended: no strategy was measured.';
  const { strategy, cell } = closest;
  const score = `“${strategy.name}” comes closest (${cell.failingTrials} of ${cell.trials} trials failing)`;
  if (strategies.every(({ verdict }) => verdict === 'fail')) {
    return `None of these settings is enough: ${score}. Try a longer preStop or an app that drains, then run again.`;
  }
  const blocks =
    cell.failingTrials === 0
      ? `at least ${trialsForBound(maxFailingTrials)} blocks`
      : `several times as many blocks (${cell.trials} do not decide it)`;
  return `Nothing can be recommended yet: ${score}. Run it with ${blocks}.`;
}
