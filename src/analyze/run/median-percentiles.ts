import type { LatencySummary } from '../../model/trial-result.ts';
import type { Percentiles } from '../run-result.ts';
import { median } from '../statistics/median.ts';

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
