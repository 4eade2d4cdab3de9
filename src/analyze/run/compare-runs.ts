import { VERDICT_OF } from '../../model/standing.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { CellResult, RunResult } from '../run-result.ts';
import { clopperPearson, lowerBound, upperBound } from '../statistics/clopper-pearson.ts';
import { fisherExact, holm } from '../statistics/tests-of-difference.ts';

const ALPHA = 0.05;
/** By so much the share of failing trials may rise, unless somebody asks for less: one deletion in ten. */
export const DEFAULT_MARGIN = 0.1;

/** What is asked of a cell that is held against another one. */
export type ComparableCell = Pick<
  CellResult,
  'strategy' | 'disruption' | 'load' | 'trials' | 'failingTrials' | 'standing'
>;

/** One strategy × disruption × load that both runs have. */
export interface ComparedCell<First extends ComparableCell = CellResult> {
  readonly strategy: string;
  readonly disruption: string;
  readonly load: string;
  readonly first: First;
  readonly second: CellResult;
  /** Do trials fail more or less often in the second run? Exact Fisher test, by itself and with Holm over all cells. */
  readonly p: number;
  readonly pHolm: number;
  /** By how much larger the share of failing trials can be in the second run, at 95 %. */
  readonly largestRise: number;
  /**
   * `worse` and `better`: the shares of failing trials show it; or the strategy held in the first run and does not in the
   * second, which margins show, however few the trials. `not-worse`: it holds in the second, or `largestRise` is below
   * the margin and no test finds a rise. `too-few`: none of these.
   */
  readonly answer: 'better' | 'worse' | 'not-worse' | 'too-few';
}

export interface RunComparison {
  readonly first: RunResult;
  readonly second: RunResult;
  /** In the order of the first run. */
  readonly cells: readonly ComparedCell[];
  /** `strategy, disruption, load` of cells that only one of them has. */
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
  /** The rise that `not-worse` excludes. */
  readonly margin: number;
  /**
   * `fail`: some cell got worse. `inconclusive`: none did, but too few trials somewhere to exclude it, or a cell that
   * only one run has. `void`: a run is, or they have nothing in common.
   */
  readonly verdict: Verdict;
}

/**
 * Holds a second run against a first: another cluster, another version, last night. Runs are independent samples, so
 * trials are compared by their shares and not in pairs.
 *
 * @param margin by how much the share of failing trials may rise, (0, 1)
 */
export function compareRuns(
  first: RunResult,
  second: RunResult,
  margin: number = DEFAULT_MARGIN,
): RunComparison {
  const compared = compareCells(first.cells, second.cells, margin);
  const isVoid = first.verdict === 'void' || second.verdict === 'void';
  return { first, second, ...compared, margin, verdict: isVoid ? 'void' : judgeCells(compared) };
}

/** The same of the cells alone; `void` where they have nothing in common. */
export function compareCells<First extends ComparableCell>(
  first: readonly First[],
  second: readonly CellResult[],
  margin: number,
): CellComparison<First> {
  const others = new Map(second.map((cell) => [cellName(cell), cell]));
  const pairs = first.flatMap((cell) => {
    const other = others.get(cellName(cell));
    return other === undefined ? [] : [{ first: cell, second: other }];
  });
  const ps = pairs.map((pair) => testOf(pair.first, pair.second));
  const adjusted = holm(ps);
  const cells = pairs.map((pair, index) => compareCell(pair, ps[index] ?? 1, adjusted[index] ?? 1, margin));
  const names = new Set(first.map(cellName));
  const onlyInFirst = [...names].filter((name) => !others.has(name));
  const onlyInSecond = [...others.keys()].filter((name) => !names.has(name));
  return { cells, onlyInFirst, onlyInSecond };
}

export interface CellComparison<First extends ComparableCell> {
  /** In the order of the first. */
  readonly cells: readonly ComparedCell<First>[];
  /** `strategy, disruption, load` of cells that only one of them has. */
  readonly onlyInFirst: readonly string[];
  readonly onlyInSecond: readonly string[];
}

function cellName({ strategy, disruption, load }: ComparableCell): string {
  return `${strategy}, ${disruption}, ${load}`;
}

function testOf(first: ComparableCell, second: ComparableCell): number {
  return fisherExact(first.failingTrials, first.trials, second.failingTrials, second.trials);
}

function compareCell<First extends ComparableCell>(
  { first, second }: Pick<ComparedCell<First>, 'first' | 'second'>,
  p: number,
  pHolm: number,
  margin: number,
): ComparedCell<First> {
  const { strategy, disruption, load } = first;
  const largestRise = boundOfRise(first, second);
  const answer = answerOf(first, second, { p, pHolm, excluded: largestRise < margin });
  return { strategy, disruption, load, first, second, p, pHolm, largestRise, answer };
}

function answerOf(
  first: ComparableCell,
  second: ComparableCell,
  { p, pHolm, excluded }: { readonly p: number; readonly pHolm: number; readonly excluded: boolean },
): ComparedCell['answer'] {
  const rises = second.failingTrials * first.trials > first.failingTrials * second.trials;
  if (pHolm < ALPHA) return rises ? 'worse' : 'better';
  // What margins show is no matter of how many trials there were.
  if (first.standing === 'holds' && VERDICT_OF[second.standing] === 'fail') return 'worse';
  if (second.standing === 'holds') return 'not-worse';
  return excluded && !(rises && p < ALPHA) ? 'not-worse' : 'too-few';
}

/**
 * Upper 95 % bound of (second share − first share). Where one end needs no confidence, as a share is neither below 0
 * nor above 1, the other has all of it; else each has half (Bonferroni), which is on the safe side.
 */
function boundOfRise(
  { failingTrials: before, trials: beforeOf }: ComparableCell,
  { failingTrials: after, trials: afterOf }: ComparableCell,
): number {
  if (before === 0) return upperBound(after, afterOf);
  if (after === afterOf) return 1 - lowerBound(before, beforeOf);
  return clopperPearson(after, afterOf).upper - clopperPearson(before, beforeOf).lower;
}

/** Of runs that are not void themselves; nothing in common is void, too. */
export function judgeCells<First extends ComparableCell>({
  cells,
  onlyInFirst,
  onlyInSecond,
}: CellComparison<First>): Verdict {
  if (cells.length === 0) return 'void';
  if (cells.some(({ answer }) => answer === 'worse')) return 'fail';
  return onlyInFirst.length + onlyInSecond.length === 0 && cells.every(({ answer }) => answer !== 'too-few')
    ? 'pass'
    : 'inconclusive';
}
