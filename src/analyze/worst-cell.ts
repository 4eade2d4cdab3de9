import type { CellResult } from './run-result.ts';

/** The cell of a strategy that says the most against it: the highest upper bound, then the most failed requests. */
export function worstCell(cells: readonly CellResult[], strategy: string): CellResult | undefined {
  return cells
    .filter((cell) => cell.strategy === strategy)
    .reduce<CellResult | undefined>((worst, cell) => {
      if (worst === undefined || cell.upper > worst.upper) return cell;
      return cell.upper === worst.upper && cell.failedRequests > worst.failedRequests ? cell : worst;
    }, undefined);
}
