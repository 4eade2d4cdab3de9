import { holm } from '../analyze/statistics/tests-of-difference.ts';
import { median } from '../analyze/statistics/quantile.ts';
import { rankShift, type RankShift } from '../analyze/statistics/rank-shift.ts';
import type { PastRun } from '../model/past-run.ts';
import { cellTitle, type Series, type SeriesPoint } from './series.ts';

/** The routing margin of a series is another one from some run on. */
export interface Change {
  readonly series: Series;
  /** The run that it began with. */
  readonly since: PastRun;
  /** Median over the runs before, back to the change before, and after, up to the next: ms. */
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly runsBefore: number;
  readonly runsAfter: number;
  /** Of the test, with Holm over all series where it is the first that was found in one. */
  readonly p: number;
}

/**
 * Whoever looks every night looks often: at a level of 5 % one of twenty nights would cry wolf, and at 1 % it were still
 * one of five within two months. How often this one does is simulated in its test.
 */
export const CHANGE_LEVEL = 0.001;

/**
 * Where the margins of a history shift. The unit is the run, by the median of its trials: trials of one run share a
 * machine and an hour, so that they would find a shift between any two nights. One question is asked of each series, and
 * Holm makes up for asking several; the parts of a series that has shifted are looked at again.
 *
 * @returns in the order of the series, and of time
 */
export function findChanges(all: readonly Series[]): readonly Change[] {
  const asked = all.map((series) => {
    const points = withMargin(series);
    return { series, points, shift: shiftOf(points, all.length) };
  });
  const adjusted = holm(asked.map(({ shift }) => shift?.p ?? 1));
  return asked.flatMap(({ series, points, shift }, index) => {
    const p = adjusted[index] ?? 1;
    if (shift === null || p > CHANGE_LEVEL) return [];
    const places = [
      ...within(points.slice(0, shift.at), 0),
      { at: shift.at, p },
      ...within(points.slice(shift.at), shift.at),
    ];
    return places.map((place, number) => {
      const before = points.slice(places[number - 1]?.at ?? 0, place.at);
      const after = points.slice(place.at, places[number + 1]?.at ?? points.length);
      const since = after[0]?.run;
      if (since === undefined) throw new Error(`${cellTitle(series)}: a part of a series has a run`);
      const sizes = { runsBefore: before.length, runsAfter: after.length };
      return { series, since, beforeMs: middle(before), afterMs: middle(after), ...sizes, p: place.p };
    });
  });
}

function within(points: readonly SeriesPoint[], offset: number): readonly RankShift[] {
  const shift = shiftOf(points, 1);
  if (shift === null || shift.p > CHANGE_LEVEL) return [];
  return [
    ...within(points.slice(0, shift.at), offset),
    { at: offset + shift.at, p: shift.p },
    ...within(points.slice(shift.at), offset + shift.at),
  ];
}

/** So many orders that a shift beyond all of them is one whatever else is asked. */
function shiftOf(points: readonly SeriesPoint[], questions: number): RankShift | null {
  return rankShift(points.map(medianMargin), Math.ceil(questions / CHANGE_LEVEL));
}

function withMargin({ points }: Series): readonly SeriesPoint[] {
  return points.filter(({ cell }) => cell.marginMs !== null);
}

function medianMargin({ cell }: SeriesPoint): number {
  return cell.marginMs?.median ?? 0;
}

function middle(points: readonly SeriesPoint[]): number {
  return median(points.map(medianMargin)) ?? 0;
}
