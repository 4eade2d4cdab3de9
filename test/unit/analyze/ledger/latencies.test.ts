import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Latencies } from '../../../../src/analyze/ledger/latencies.ts';
import { medianPercentiles } from '../../../../src/analyze/run/cell-figures.ts';
import { quantile } from '../../../../src/analyze/statistics/quantile.ts';

function summaryOf(exact: readonly number[], atLeast: readonly number[]) {
  const latencies = new Latencies();
  for (const ms of exact) latencies.add(ms);
  for (const ms of atLeast) latencies.addAtLeast(ms);
  return latencies.summary();
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('latencies of which some are known from below only', () => {
  it('claim no lower bound where all are known', () => {
    expect(summaryOf([20, 10, 30], [])).toEqual({ count: 3, p50: 20, p99: 30, max: 30 });
    expect(summaryOf([], [])).toEqual({ count: 0, p50: null, p99: null, max: null });
  });

  it('name the figures that would be larger if those had waited for ever', () => {
    expect(summaryOf(range(0, 98), [500, 600])).toEqual({
      ...{ count: 98, p50: 49, p99: 500, max: 600 },
      censored: { requests: 2, lowerBounds: ['p99', 'max'] },
    });
    expect(summaryOf([], [5]).censored?.lowerBounds).toEqual(['p50', 'p99', 'max']);
    // One that waited for at least 10 ms may have been the slowest of all, and any of them.
    expect(summaryOf(range(0, 999), [10]).censored?.lowerBounds).toEqual(['p50', 'p99', 'max']);
    expect(summaryOf(range(0, 999), [600]).censored?.lowerBounds).toEqual(['p99', 'max']);
  });

  it('never claim more than the truth, whatever it is, and hit it where they claim to know it', () => {
    const ms = fc.integer({ min: 0, max: 1000 });
    const bounded = fc.record({ bound: ms, more: ms });
    fc.assert(
      fc.property(fc.array(ms), fc.array(bounded), (exact, atLeast) => {
        const summary = summaryOf(
          exact,
          atLeast.map(({ bound }) => bound),
        );
        const truth = [...exact, ...atLeast.map(({ bound, more }) => bound + more)].sort((a, b) => a - b);
        for (const [name, q] of [
          ['p50', 0.5],
          ['p99', 0.99],
          ['max', 1],
        ] as const) {
          const [figure, real] = [summary[name], quantile(truth, q)];
          if (summary.censored?.lowerBounds.includes(name) === true) {
            expect(figure ?? NaN).toBeLessThanOrEqual(real ?? NaN);
          } else expect(figure).toBe(real);
        }
      }),
    );
  });
});

it('the median over trials is a lower bound where a lower bound could move it', () => {
  const known = (p99: number) => ({ count: 100, p50: 1, p99, max: p99 });
  const bound = (p99: number) => ({
    ...known(p99),
    censored: { requests: 2, lowerBounds: ['p99' as const, 'max' as const] },
  });
  expect(medianPercentiles([known(10), bound(20), known(30)])).toEqual({
    p50: 1,
    p99: 20,
    lowerBounds: ['p99'],
  });
  expect(medianPercentiles([known(10), known(20), bound(30)])).toEqual({ p50: 1, p99: 20, lowerBounds: [] });
  expect(medianPercentiles([bound(10), known(20), known(30)])).toMatchObject({ lowerBounds: ['p99'] });
});
