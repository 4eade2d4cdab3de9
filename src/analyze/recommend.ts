import type { Verdict } from '../model/verdict.ts';
import { describeStrategy } from './describe-strategy.ts';
import { formatMs } from './format-ms.ts';
import type { CellResult, Recommendation, StrategyResult } from './run-result.ts';
import { trialsForBound } from './statistics/trials-for-bound.ts';
import { worstCell } from './worst-cell.ts';

/**
 * What to do, for somebody who is tired. Recommended is the cheapest strategy that passes in all its cells; its cost
 * is the measured median shutdown time of a Pod (ties: the order of the scenario). Nothing is recommended from a void
 * run.
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
  const [best] = strategies
    .filter((candidate) => candidate.verdict === 'pass')
    .toSorted((a, b) => (a.shutdownMs ?? Infinity) - (b.shutdownMs ?? Infinity));
  if (best !== undefined) return { strategy: best.name, sentence: praise(best, strategies) };
  return { strategy: null, sentence: adviceWithoutWinner(strategies, cells, maxFailingTrials) };
}

function praise(best: StrategyResult, strategies: readonly StrategyResult[]): string {
  const reference = strategies[0];
  if (reference === undefined || best.name === reference.name) {
    return `Keep “${best.name}” (${describeStrategy(best.strategy)}): it passes, and nothing that passes is cheaper.`;
  }
  const use = `Use “${best.name}” (${describeStrategy(best.strategy)}): the cheapest setting that passes.`;
  if (best.shutdownMs === null || best.addedShutdownMs === null) {
    return `${use} What it costs could not be measured.`;
  }
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
