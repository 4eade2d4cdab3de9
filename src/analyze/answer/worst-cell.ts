import { STANDINGS_FROM_BEST } from './worst-standing.ts';
import { lostInCell } from '../ledger/lost-requests.ts';
import type { CellResult } from '../run-result.ts';

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
