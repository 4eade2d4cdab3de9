import type { Verdict } from '../model/verdict.ts';
import type { CellResult, RunResult } from './run-result.ts';
import { fisherExact } from './statistics/fisher-exact.ts';
import { holm } from './statistics/holm.ts';

const ALPHA = 0.05;

/** One strategy × disruption × load that both runs have. */
export interface ComparedCell {
  readonly strategy: string;
  readonly disruption: string;
  readonly load: string;
  readonly first: CellResult;
  readonly second: CellResult;
  /** Do trials fail more or less often in the second run? Exact Fisher test, Holm over all cells. */
  readonly pHolm: number;
  /** `too-few`: not even "none failed" against "all failed" could be told apart with so few trials. */
  readonly answer: 'better' | 'worse' | 'no-difference-shown' | 'too-few';
}

export interface RunComparison {
  readonly first: RunResult;
  readonly second: RunResult;
  /** In the order of the first run. */
  readonly cells: readonly ComparedCell[];
  /** `strategy, disruption, load` of cells that only one of them has. */
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
  /** `fail`: some cell got worse. `inconclusive`: too few trials somewhere, and none got worse. `void`: a run is. */
  readonly verdict: Verdict;
}

/**
 * Holds a second run against a first: another cluster, another version, last night. Runs are independent samples, so
 * trials are compared by their shares and not in pairs.
 */
export function compareRuns(first: RunResult, second: RunResult): RunComparison {
  const others = new Map(second.cells.map((cell) => [cellName(cell), cell]));
  const pairs = first.cells.flatMap((cell) => {
    const other = others.get(cellName(cell));
    return other === undefined ? [] : [{ first: cell, second: other }];
  });
  const adjusted = holm(pairs.map((pair) => testOf(pair.first, pair.second)));
  const cells = pairs.map((pair, index) => compareCell(pair, adjusted[index] ?? 1, pairs.length));
  const names = new Set(first.cells.map(cellName));
  return {
    first,
    second,
    cells,
    onlyInFirst: [...names].filter((name) => !others.has(name)),
    onlyInSecond: [...others.keys()].filter((name) => !names.has(name)),
    verdict: judge(first, second, cells),
  };
}

function cellName({ strategy, disruption, load }: CellResult): string {
  return `${strategy}, ${disruption}, ${load}`;
}

function testOf(first: CellResult, second: CellResult): number {
  return fisherExact(first.failingTrials, first.trials, second.failingTrials, second.trials);
}

function compareCell(
  { first, second }: Pick<ComparedCell, 'first' | 'second'>,
  pHolm: number,
  questions: number,
): ComparedCell {
  const { strategy, disruption, load } = first;
  const answer = answerOf(first, second, pHolm, questions);
  return { strategy, disruption, load, first, second, pHolm, answer };
}

function answerOf(
  first: CellResult,
  second: CellResult,
  pHolm: number,
  questions: number,
): ComparedCell['answer'] {
  if (pHolm < ALPHA) {
    const change = second.failingTrials / second.trials - first.failingTrials / first.trials;
    return change > 0 ? 'worse' : 'better';
  }
  // Of all questions asked, a lone difference has to beat the strictest threshold of Holm's.
  const clearest = fisherExact(0, first.trials, second.trials, second.trials) * questions;
  return clearest < ALPHA ? 'no-difference-shown' : 'too-few';
}

function judge(first: RunResult, second: RunResult, cells: readonly ComparedCell[]): Verdict {
  if (first.verdict === 'void' || second.verdict === 'void' || cells.length === 0) return 'void';
  if (cells.some(({ answer }) => answer === 'worse')) return 'fail';
  return cells.some(({ answer }) => answer === 'too-few') ? 'inconclusive' : 'pass';
}
