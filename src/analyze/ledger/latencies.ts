import type { LatencyFigure, LatencySummary } from '../../model/trial-result.ts';
import { NumberList } from './number-list.ts';
import { quantile } from '../statistics/quantile.ts';

/**
 * Latencies of requests, ms, of which some are known from below only: what was due and could not be sent took at least
 * so long. Memory: 8 bytes a request.
 */
export class Latencies {
  readonly #exact = new NumberList();
  readonly #atLeast = new NumberList();

  add(ms: number): void {
    this.#exact.push(ms);
  }

  addAtLeast(ms: number): void {
    this.#atLeast.push(ms);
  }

  /** Percentiles by nearest rank over all of them, each that is known from below at its bound. */
  summary(): LatencySummary {
    const exact = this.#exact.sorted();
    const bounds = this.#atLeast.sorted();
    const all = new Float64Array(exact.length + bounds.length);
    all.set(exact);
    all.set(bounds, exact.length);
    all.sort();
    const figures = { p50: quantile(all, 0.5), p99: quantile(all, 0.99), max: quantile(all, 1) };
    if (bounds.length === 0) return { count: exact.length, ...figures };
    all.set(exact);
    all.fill(Infinity, exact.length);
    const most = { p50: quantile(all, 0.5), p99: quantile(all, 0.99), max: quantile(all, 1) };
    const names: readonly LatencyFigure[] = ['p50', 'p99', 'max'];
    const lowerBounds = names.filter((name) => figures[name] !== most[name]);
    return { count: exact.length, ...figures, censored: { requests: bounds.length, lowerBounds } };
  }
}
