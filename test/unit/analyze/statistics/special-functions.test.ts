import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  betaQuantile,
  incompleteBeta,
  logGamma,
} from '../../../../src/analyze/statistics/special-functions.ts';

describe('the log-gamma function', () => {
  it.each([
    [0.5, 0.5723649429247001],
    [1, 0],
    [10, 12.801827480081469],
    [101, 363.7393755555635],
  ])('of %d is %d', (x, value) => {
    expect(logGamma(x)).toBeCloseTo(value, 11);
  });

  it('follows Γ(x + 1) = x Γ(x)', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 500, noNaN: true }), (x) => {
        expect(logGamma(x + 1) - logGamma(x)).toBeCloseTo(Math.log(x), 9);
      }),
    );
  });
});

describe('the incomplete beta function', () => {
  it.each([
    [0.5, 2, 3, 0.6875],
    [0.25, 0.5, 0.5, 1 / 3],
    [0.1, 1, 1, 0.1],
    [0.3, 1, 20, 1 - 0.7 ** 20],
  ])('I_%d(%d, %d) is %d', (x, a, b, value) => {
    expect(incompleteBeta(x, a, b)).toBeCloseTo(value, 12);
  });

  it('is undone by the quantile', () => {
    const shape = fc.double({ min: 0.5, max: 300, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 0.999, noNaN: true }), shape, shape, (p, a, b) => {
        expect(incompleteBeta(betaQuantile(p, a, b), a, b)).toBeCloseTo(p, 9);
      }),
    );
  });
});
