import type { Percentiles } from '../analyze/run-result.ts';
import { formatAtLeast } from './format-at-least.ts';
import { formatPair } from './format-pair.ts';

/** A percentile before the disruption and from it on: `21 → 39 ms`, or `21 ms → ≥ 1.04 s` where it is a lower bound. */
export function formatLatencyPair(name: 'p50' | 'p99', before: Percentiles, after: Percentiles): string {
  const isBound = [before, after].map(({ lowerBounds }) => lowerBounds.includes(name));
  if (!isBound.includes(true)) return formatPair(before[name], after[name]);
  return [before, after]
    .map((percentiles, index) => formatAtLeast(percentiles[name], isBound[index] === true))
    .join(' → ');
}
