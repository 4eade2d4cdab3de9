import {
  compareCells,
  judgeCells,
  type CellComparison,
  type ComparableCell,
} from '../analyze/run/compare-runs.ts';
import type { RunResult } from '../analyze/run-result.ts';
import type { PastRun } from '../model/past-run.ts';
import type { Verdict } from '../model/verdict.ts';
import { pastRunOf } from './past-run-of.ts';
import { seriesOf, type Series } from './series.ts';

/** All earlier runs of one cell, taken together. */
export interface PooledCell extends ComparableCell {
  readonly runs: number;
}

export interface PastComparison extends CellComparison<PooledCell> {
  readonly run: RunResult;
  readonly margin: number;
  readonly verdict: Verdict;
}

/**
 * Holds a run against all earlier ones of the same make, their trials put together: what only one night shows of a share
 * is little. A cell held before where it held in every run.
 *
 * @param margin by how much the share of failing trials may rise, (0, 1)
 */
export function compareWithPast(runs: readonly PastRun[], run: RunResult, margin: number): PastComparison {
  const now = pastRunOf(run);
  const earlier = runs.filter(
    ({ runId, startedAtMs, verdict }) =>
      runId !== now.runId && startedAtMs < now.startedAtMs && verdict !== 'void',
  );
  const pooled = seriesOf([...earlier, now]).flatMap((series) => pooledCell(series, now));
  const compared = compareCells(pooled, run.cells, margin);
  return { run, margin, ...compared, verdict: run.verdict === 'void' ? 'void' : judgeCells(compared) };
}

function pooledCell({ points, strategy, disruption, load }: Series, now: PastRun): readonly PooledCell[] {
  if (points.at(-1)?.run !== now || points.length === 1) return [];
  const cells = points.slice(0, -1).map(({ cell }) => cell);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const holds = cells.every(({ standing }) => standing === 'holds');
  return [
    {
      ...{ strategy, disruption, load },
      standing: holds ? 'holds' : 'bounded',
      trials: sum(cells.map(({ trials }) => trials)),
      failingTrials: sum(cells.map(({ failingTrials }) => failingTrials)),
      runs: cells.length,
    },
  ];
}
