import { describe, expect, it } from 'vitest';

import { rankShift } from '../../../../src/analyze/statistics/rank-shift.ts';

/** All orders of the values, for a p value by counting. */
function* orders(values: readonly number[]): Generator<readonly number[]> {
  if (values.length <= 1) yield values;
  for (const [index, value] of values.entries()) {
    for (const rest of orders(values.filter((_, other) => other !== index))) yield [value, ...rest];
  }
}

/** The largest standardized rank sum by its definition. */
function steepest(values: readonly number[]): number {
  const n = values.length;
  const rank = (value: number): number =>
    values.filter((other) => other < value).length +
    (values.filter((other) => other === value).length + 1) / 2;
  const sizes = [];
  for (let k = 3; k <= n - 3; k += 1) {
    const sum = values.slice(0, k).reduce((total, value) => total + rank(value), 0);
    sizes.push(Math.abs(sum - (k * (n + 1)) / 2) / Math.sqrt((k * (n - k) * (n + 1)) / 12));
  }
  return Math.max(...sizes);
}

describe('the shift of a series', () => {
  it.each([
    ['a step', [1, 2, 3, 4, 11, 12, 13]],
    ['no step', [4, 11, 1, 12, 2, 13, 3]],
    ['a step among equal values', [1, 1, 1, 1, 5, 5, 5]],
    ['equal values on both sides', [1, 2, 2, 1, 2, 3, 2]],
  ])('has the p value that counting all orders gives: %s', (_, values) => {
    const seen = steepest(values);
    let [hits, all] = [0, 0];
    for (const order of orders(values)) {
      all += 1;
      if (steepest(order) >= seen - 1e-9) hits += 1;
    }
    // 20,000 draws: within four standard deviations.
    const p = hits / all;
    const spread = 4 * Math.sqrt((p * (1 - p)) / 20_000);
    const found = rankShift(values, 20_000);
    const early = p > 0.002 ? 4 * (p / Math.sqrt(20)) : 0;
    expect(Math.abs((found?.p ?? 0) - p)).toBeLessThanOrEqual(Math.max(spread, early) + 1 / 20_001);
  });

  it('begins with the first value that is unlike those before', () => {
    const values = [50, 52, 49, 51, 50.5, 48, 51.5, 53, 30, 29, 31, 28, 30.5, 32];
    expect(rankShift(values, 9999)).toMatchObject({ at: 8 });
    expect(rankShift(values, 9999)?.p).toBeLessThan(0.01);
  });

  it('is the same whatever the unit, and the direction', () => {
    const values = [5, 7, 6, 8, 5.5, 1, 2, 1.5, 2.5];
    const found = rankShift(values, 999);
    expect(rankShift(values.map((value) => Math.exp(value)), 999)).toEqual(found);
    expect(rankShift(values.map((value) => -value), 999)).toEqual(found);
  }); // prettier-ignore

  it('is asked of six values at least, and not of equal ones', () => {
    expect(rankShift([1, 2, 3, 4, 5], 99)).toBeNull();
    expect(rankShift([2, 2, 2, 2, 2, 2, 2], 99)).toBeNull();
  });

  it('never has a p value of 0', () => {
    const values = Array.from({ length: 40 }, (_, index) => (index < 20 ? index : 1000 + index));
    expect(rankShift(values, 999)?.p).toBe(1 / 1000);
  });
});
