import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatenessSummary } from '../../../src/load/lateness-summary.ts';

function summaryOf(lateness: readonly number[]): ReturnType<LatenessSummary['summary']> {
  const summary = new LatenessSummary();
  for (const ns of lateness) summary.add(ns);
  return summary.summary();
}

describe('LatenessSummary', () => {
  it('knows nothing when nothing was sent', () => {
    expect(summaryOf([])).toBeNull();
  });

  it('counts what was not late at all', () => {
    expect(summaryOf([0, 0, 0])).toEqual({ p50: 0, p99: 0, max: 0 });
    expect(summaryOf([0, 0, 0, 5_000_000])?.p50).toBe(0);
    expect(summaryOf([0, 0, 0, 5_000_000])?.max).toBeCloseTo(5, 1);
  });

  it('agrees with sorting, to three digits', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1e11 }), { minLength: 1, maxLength: 300 }),
        (lateness) => {
          const sorted = lateness.toSorted((a, b) => a - b);
          const found = summaryOf(lateness);
          for (const [percent, ms] of [
            [50, found?.p50],
            [99, found?.p99],
            [100, found?.max],
          ] as const) {
            const exact = (sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? 0) / 1e6;
            expect(Math.abs((ms ?? NaN) - exact)).toBeLessThanOrEqual(exact * 0.002 + 1e-6);
          }
        },
      ),
    );
  });
});
