import type { Standing } from '../../model/standing.ts';
import { lostInCell } from '../ledger/lost-requests.ts';
import type { CellResult, StrategyResult } from '../run-result.ts';

/** The cell of a strategy that says the most against it. */
export function worstCell(cells: readonly CellResult[], strategy: string): CellResult | undefined {
  return cells.filter((cell) => cell.strategy === strategy).toSorted((a, b) => compareCells(b, a))[0];
}

/** Negative where `a` is the better one: by how it stands, then by its upper bound, then by the requests that users lost. */
export function compareCells(a: CellResult, b: CellResult): number {
  return (
    STANDINGS_FROM_BEST.indexOf(a.standing) - STANDINGS_FROM_BEST.indexOf(b.standing) ||
    a.upper - b.upper ||
    lostInCell(a) - lostInCell(b)
  );
}

/** From the best; `void` outweighs everything. */
export const STANDINGS_FROM_BEST: readonly Standing[] = [
  'holds',
  'bounded',
  'unknown',
  'misses',
  'at-risk',
  'loses',
  'void',
];

/** A whole stands as badly as its worst part. Nothing at all is void. */
export function worstStanding(standings: readonly Standing[]): Standing {
  return STANDINGS_FROM_BEST.findLast((standing) => standings.includes(standing)) ?? 'void';
}

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
