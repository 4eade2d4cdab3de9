import type { PastRun } from '../model/past-run.ts';
import type { Verdict } from '../model/verdict.ts';
import { chanceBeyond, FIGURES, LEAST_RUNS, ownThreshold, worstOf, type OwnThreshold } from './figures.ts';
import { findChanges, type Change } from './find-changes.ts';
import { seriesOf, type Series } from './series.ts';

/** A figure of the newest run that is worse than 95 of 100 of one's own runs. */
export interface Beyond {
  readonly series: Series;
  readonly threshold: OwnThreshold;
  readonly ms: number;
}

export interface HistoryGate {
  readonly run: PastRun;
  /** Those that the run is the newest of. */
  readonly series: readonly Series[];
  /** Of these: since when a margin is smaller than it was, the run included. */
  readonly worse: readonly Change[];
  readonly beyond: readonly Beyond[];
  /** So many figures were held against a threshold, and so many are beyond theirs by chance alone, on average. */
  readonly compared: number;
  readonly expectedByChance: number;
  /** Series with too few runs before this one for a threshold. */
  readonly tooFew: readonly Series[];
  /**
   * `fail`: a margin has become smaller, or a figure is beyond its threshold and that was to fail. `inconclusive`: no
   * series has runs enough. `void`: the run is.
   */
  readonly verdict: Verdict;
}

/**
 * Holds a run against the runs before it.
 *
 * @param runs of the history; the run itself may be among them, and later ones do not count
 * @param failOn `threshold`: also a single figure that is worse than 95 of 100 fails, as some do by chance
 */
export function gateHistory(
  runs: readonly PastRun[],
  run: PastRun,
  failOn: 'change' | 'threshold',
): HistoryGate {
  const earlier = runs.filter(
    ({ runId, startedAtMs }) => runId !== run.runId && startedAtMs < run.startedAtMs,
  );
  const series = seriesOf([...earlier, run]).filter(({ points }) => points.at(-1)?.run === run);
  const changes = findChanges(series);
  const worse = series.flatMap((each) => {
    const last = changes.findLast((change) => change.series === each);
    return last !== undefined && last.afterMs < last.beforeMs ? [last] : [];
  });
  const held = series.flatMap((each) => thresholdsOf(each));
  const beyond = held.filter(({ threshold: { figure, ms: limit }, ms }) =>
    figure.worse === 'higher' ? ms > limit : ms < limit,
  );
  const tooFew = series.filter(({ points }) => points.length <= LEAST_RUNS);
  const fails = worse.length > 0 || (failOn === 'threshold' && beyond.length > 0);
  return {
    run,
    series,
    worse,
    beyond,
    compared: held.length,
    expectedByChance: held.reduce((sum, { threshold }) => sum + chanceBeyond(threshold), 0),
    tooFew,
    verdict:
      run.verdict === 'void' || series.length === 0
        ? 'void'
        : fails
          ? 'fail'
          : tooFew.length === series.length
            ? 'inconclusive'
            : 'pass',
  };
}

/** Thresholds of the runs before, each beside the figure of the newest run; none where it has none. */
function thresholdsOf(series: Series): readonly Beyond[] {
  const before = { points: series.points.slice(0, -1) };
  return FIGURES.flatMap((figure) => {
    const threshold = ownThreshold(before, figure);
    const [ms] = worstOf(series.points.slice(-1), figure);
    return threshold === null || ms === undefined ? [] : [{ series, threshold, ms }];
  });
}
