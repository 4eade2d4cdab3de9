import fc from 'fast-check';
import { expect, it } from 'vitest';
import { median, quantile } from '../../../../src/analyze/statistics/quantile.ts';

it('a quantile is the nearest rank: a value that was measured', () => {
  const values = [15, 20, 35, 40, 50];
  expect([0.05, 0.3, 0.4, 0.5, 1].map((q) => quantile(values, q))).toEqual([15, 20, 20, 35, 50]);
});

it('a quantile of nothing is null', () => {
  expect(quantile([], 0.99)).toBeNull();
  expect(median([null])).toBeNull();
});

it('a quantile has at least the share q of the values at or below it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, q) => {
        const sorted = values.toSorted((a, b) => a - b);
        const found = quantile(sorted, q) ?? NaN;
        return sorted.filter((value) => value <= found).length / sorted.length >= q;
      },
    ),
  );
});

it('the median of an even count is the mean of the two middle values', () => {
  expect(median([4, null, 1, 3, 2])).toBe(2.5);
  expect(median([9, 1, 5])).toBe(5);
});
