import { quantile } from '../analyze/statistics/quantile.ts';
import type { PastCell } from '../model/past-run.ts';
import type { Series } from './series.ts';

/** What of a cell is watched over many runs: which way is worse, and the target that it could become. */
export const FIGURES = [
  { figure: 'marginMs', title: 'routing margin', worse: 'lower', target: 'minMarginMs' },
  { figure: 'shutdownMs', title: 'shutdown', worse: 'higher', target: 'maxShutdownMs' },
  { figure: 'recoveredMs', title: 'recovery', worse: 'higher', target: 'maxRecoveryMs' },
  { figure: 'p99Ms', title: 'p99 latency', worse: 'higher', target: 'maxP99Ms' },
  { figure: 'unavailableMs', title: 'no answer', worse: 'higher', target: 'maxUnavailableMs' },
] as const;
export type Figure = (typeof FIGURES)[number];

/** What 95 of 100 runs of one's own stay within. */
export interface OwnThreshold {
  readonly figure: Figure;
  readonly ms: number;
  /** So many runs it rests on. */
  readonly runs: number;
}

/** From fewer a 95th percentile is only the worst that was seen, and the next run is beyond it too often. */
export const LEAST_RUNS = 10;
const SHARE = 0.95;

/** The worst of each run: what a target is held against. `null`s are left out. */
export function worstOf(
  points: readonly { readonly cell: PastCell }[],
  { figure }: Figure,
): readonly number[] {
  return points.flatMap(({ cell }) => cell[figure]?.worst ?? []);
}

/** The 95th percentile of what is worse, by nearest rank; `null` from fewer than ten runs. */
export function ownThreshold({ points }: Pick<Series, 'points'>, figure: Figure): OwnThreshold | null {
  const values = worstOf(points, figure);
  if (values.length < LEAST_RUNS) return null;
  const sign = figure.worse === 'higher' ? 1 : -1;
  const sorted = values.map((value) => sign * value).sort((a, b) => a - b);
  const ms = quantile(sorted, SHARE);
  return ms === null ? null : { figure, ms: sign * ms, runs: values.length };
}

/** How often the next run is beyond it although nothing has changed: n runs and the next one are alike, in any order. */
export function chanceBeyond({ runs }: Pick<OwnThreshold, 'runs'>): number {
  return (runs - Math.ceil(SHARE * runs) + 1) / (runs + 1);
}
