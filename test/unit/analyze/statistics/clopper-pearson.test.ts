import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  clopperPearson,
  lowerBound,
  upperBound,
} from '../../../../src/analyze/statistics/clopper-pearson.ts';

describe('the exact binomial interval', () => {
  // R 4.4: binom.test(k, n)$conf.int
  it.each([
    [0, 20, 0, 0.1684335],
    [7, 20, 0.1539092, 0.5921885],
    [5, 5, 0.4781762, 1],
    [1, 2, 0.0125791, 0.9874209],
    [682, 925, 0.7076683, 0.7654066],
  ])('is what R gives for %i of %i', (k, n, lower, upper) => {
    const interval = clopperPearson(k, n);
    expect(interval.lower).toBeCloseTo(lower, 6);
    expect(interval.upper).toBeCloseTo(upper, 6);
  });

  it('says "below 13.9 %" for 0 of 20 and "below 45.1 %" for 0 of 5, one-sided', () => {
    expect(upperBound(0, 20)).toBeCloseTo(0.1391, 4);
    expect(upperBound(0, 5)).toBeCloseTo(0.4507, 4);
  });

  it('knows nothing from no trials', () => {
    expect(clopperPearson(0, 0)).toEqual({ lower: 0, upper: 1 });
  });

  const counts = fc
    .integer({ min: 1, max: 400 })
    .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));

  it('holds the share that was seen, and lies within 0 and 1', () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        const { lower, upper } = clopperPearson(k, n);
        return lower >= 0 && lower <= k / n && k / n <= upper && upper <= 1;
      }),
    );
  });

  it('leaves exactly 5 % of chance beyond a one-sided bound', () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        fc.pre(k < n);
        expect(binomialTail(k, n, upperBound(k, n))).toBeCloseTo(0.05, 8);
      }),
    );
  });

  it('is the mirror image for the trials that did not fail', () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        expect(lowerBound(k, n)).toBeCloseTo(1 - upperBound(n - k, n), 12);
      }),
    );
  });

  it('grows with every failing trial', () => {
    fc.assert(
      fc.property(counts, ([k, n]) => {
        fc.pre(k < n);
        return upperBound(k, n) <= upperBound(k + 1, n) && lowerBound(k, n) <= lowerBound(k + 1, n);
      }),
    );
  });
});

/** P(X ≤ k) for X ~ Binomial(n, p), summed term by term: a way of its own to the same number. */
function binomialTail(k: number, n: number, p: number): number {
  let logTerm = n * Math.log1p(-p);
  let sum = 0;
  for (let i = 0; i <= k; i += 1) {
    sum += Math.exp(logTerm);
    logTerm += Math.log((n - i) / (i + 1)) + Math.log(p) - Math.log1p(-p);
  }
  return sum;
}
