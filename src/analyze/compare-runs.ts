import type { Verdict } from '../model/verdict.ts';
import type { CellResult, RunResult } from './run-result.ts';
import { clopperPearson, lowerBound, upperBound } from './statistics/clopper-pearson.ts';
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
  /** By how much larger the share of failing trials can be in the second run, at 95 %. */
  readonly largestRise: number;
  /** `not-worse`: `largestRise` is below the margin. `too-few`: it is not, and no difference is shown either. */
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
  /** The rise that `not-worse` excludes: the second run's `target.maxFailingTrials`. */
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
 */
export function compareRuns(first: RunResult, second: RunResult): RunComparison {
  const others = new Map(second.cells.map((cell) => [cellName(cell), cell]));
  const pairs = first.cells.flatMap((cell) => {
    const other = others.get(cellName(cell));
    return other === undefined ? [] : [{ first: cell, second: other }];
  });
  const adjusted = holm(pairs.map((pair) => testOf(pair.first, pair.second)));
  const margin = second.manifest.scenario.spec.target.maxFailingTrials;
  const cells = pairs.map((pair, index) => compareCell(pair, adjusted[index] ?? 1, margin));
  const names = new Set(first.cells.map(cellName));
  const onlyInFirst = [...names].filter((name) => !others.has(name));
  const onlyInSecond = [...others.keys()].filter((name) => !names.has(name));
  const whole = onlyInFirst.length + onlyInSecond.length === 0;
  const verdict = judge(first, second, cells, whole);
  return { first, second, cells, onlyInFirst, onlyInSecond, margin, verdict };
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
  margin: number,
): ComparedCell {
  const { strategy, disruption, load } = first;
  const largestRise = boundOfRise(first, second);
  const change = second.failingTrials / second.trials - first.failingTrials / first.trials;
  const shown = change > 0 ? 'worse' : 'better';
  const answer = pHolm < ALPHA ? shown : largestRise < margin ? 'not-worse' : 'too-few';
  return { strategy, disruption, load, first, second, pHolm, largestRise, answer };
}

/**
 * Upper 95 % bound of (second share − first share). Where one end needs no confidence, as a share is neither below 0
 * nor above 1, the other has all of it; else each has half (Bonferroni), which is on the safe side.
 */
function boundOfRise(
  { failingTrials: before, trials: beforeOf }: CellResult,
  { failingTrials: after, trials: afterOf }: CellResult,
): number {
  if (before === 0) return upperBound(after, afterOf);
  if (after === afterOf) return 1 - lowerBound(before, beforeOf);
  return clopperPearson(after, afterOf).upper - clopperPearson(before, beforeOf).lower;
}

function judge(first: RunResult, second: RunResult, cells: readonly ComparedCell[], whole: boolean): Verdict {
  if (first.verdict === 'void' || second.verdict === 'void' || cells.length === 0) return 'void';
  if (cells.some(({ answer }) => answer === 'worse')) return 'fail';
  return whole && cells.every(({ answer }) => answer !== 'too-few') ? 'pass' : 'inconclusive';
}
