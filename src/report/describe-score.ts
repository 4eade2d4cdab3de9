import { formatPercent } from '../analyze/words/format-figures.ts';
import type { CellResult } from '../analyze/run-result.ts';

export interface Score {
  /** `0 of 20` */
  readonly count: string;
  /** What it says of the true share, at 95 % confidence: `< 13.9 %`, or for one that failed `12.1 – 46.0 %`. */
  readonly bound: string;
  /** `39 more for < 5 %, 279 more for < 1 %`; empty where a trial failed. */
  readonly more: string;
}

/** The words for k failing trials of n. Zero seen is never printed as 0 %. */
export function describeScore(cell: CellResult): Score {
  const count = `${cell.failingTrials} of ${cell.trials}`;
  if (cell.trials === 0) return { count, bound: 'nothing known', more: '' };
  const { lower, upper } = cell.interval;
  return {
    count,
    bound:
      cell.failingTrials === 0
        ? `< ${formatPercent(cell.upper)}`
        : `${(lower * 100).toFixed(1)} – ${formatPercent(upper)}`,
    more: cell.moreTrialsFor
      .map(({ bound, trials }) => `${trials} more for < ${(bound * 100).toFixed(0)} %`)
      .join(', '),
  };
}
