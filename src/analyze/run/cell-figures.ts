import { CAUSES, type Cause } from '../../model/attribution.ts';
import type { LatencySummary } from '../../model/trial-result.ts';
import type { FailedRequest, Percentiles, Spread } from '../run-result.ts';
import { median } from '../statistics/quantile.ts';

/** Medians over trials of each trial's percentiles. One that rests on lower bounds is one itself. */
export function medianPercentiles(trials: readonly LatencySummary[]): Percentiles {
  const of = (name: 'p50' | 'p99', bound: (ms: number | null) => number | null): number | null =>
    median(
      trials.map((trial) =>
        trial.censored?.lowerBounds.includes(name) === true ? bound(trial[name]) : trial[name],
      ),
    );
  const least = (ms: number | null): number | null => ms;
  const most = (): number => Infinity;
  const names = ['p50', 'p99'] as const;
  return {
    p50: of('p50', least),
    p99: of('p99', least),
    lowerBounds: names.filter((name) => of(name, least) !== of(name, most)),
  };
}

/** How many requests failed for each cause, the most frequent first (ties: the order of the causes). */
export function countCauses(failures: readonly FailedRequest[]): ReadonlyMap<Cause, number> {
  const counts = new Map<Cause, number>();
  for (const { attribution } of failures) {
    counts.set(attribution.cause, (counts.get(attribution.cause) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a, m], [b, n]) => n - m || CAUSES.indexOf(a) - CAUSES.indexOf(b)));
}

/** Of those that are known. */
export function spread(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null);
  return { median: median(known), max: known.length === 0 ? null : Math.max(...known) };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** `null` where one of them is not known. */
export function sumOfKnown(values: readonly (number | null)[]): number | null {
  return values.every((value) => value !== null) ? sum(values) : null;
}
