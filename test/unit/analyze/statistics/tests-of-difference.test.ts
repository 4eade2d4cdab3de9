import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fisherExact,
  holm,
  mcnemarExact,
  pairedPermutation,
} from '../../../../src/analyze/statistics/tests-of-difference.ts';
import { trialsForBound } from '../../../../src/analyze/statistics/clopper-pearson.ts';

describe('the exact McNemar test', () => {
  // Sign test tables, and Agresti (Categorical Data Analysis, table 10.1: 150 against 86).
  it.each([
    [0, 0, 1],
    [0, 5, 0.0625],
    [6, 0, 0.03125],
    [1, 9, 0.021484375],
    [3, 3, 1],
    [150, 86, 3.716e-5],
  ])('of %i and %i discordant pairs has p = %d', (first, second, p) => {
    expect(mcnemarExact(first, second) / p).toBeCloseTo(1, 3);
  });

  it('does not mind which strategy comes first', () => {
    fc.assert(fc.property(fc.nat(200), fc.nat(200), (a, b) => mcnemarExact(a, b) === mcnemarExact(b, a)));
  });
});

describe('the paired permutation test', () => {
  it('gives what Fisher counted for Darwin’s maize: 1,726 of 32,768', () => {
    const eighthsOfAnInch = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    expect(pairedPermutation(eighthsOfAnInch)).toBe(1726 / 32_768);
  });

  it('is 2·½ⁿ when all n blocks point the same way', () => {
    expect(pairedPermutation([3, 9, 4, 12, 1])).toBe(0.0625);
  });

  it('ignores blocks without a difference, and says nothing when there is none', () => {
    expect(pairedPermutation([0, 0, 0])).toBe(1);
    expect(pairedPermutation([5, 0, 6])).toBe(pairedPermutation([5, 6]));
  });

  it('comes close to the exact value by Monte Carlo, the same for the same seed', () => {
    const sixteen = [4, -2, 7, 1, 5, -3, 6, 2, 8, -1, 3, 9, -4, 2, 5, 1];
    const exact = pairedPermutation(sixteen);
    // The same differences and two that cancel out of every pattern's comparison: seventeen and more are sampled.
    const sampled = pairedPermutation([...sixteen, 1, -1], 3);
    expect(Math.abs(sampled - exact)).toBeLessThan(0.02);
    expect(pairedPermutation([...sixteen, 1, -1], 3)).toBe(sampled);
  });
});

describe('the Holm adjustment', () => {
  it('is what R gives', () => {
    // p.adjust(c(.01, .02, .03, .04), "holm"); p.adjust(c(.04, .001, .5), "holm")
    expect(holm([0.01, 0.02, 0.03, 0.04]).map((p) => Number(p.toFixed(12)))).toEqual([
      0.04, 0.06, 0.06, 0.06,
    ]);
    expect(holm([0.04, 0.001, 0.5])).toEqual([0.08, 0.003, 0.5]);
  });

  it('never makes a p value smaller, and keeps their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 }),
        (ps) => {
          const adjusted = holm(ps);
          return ps.every((p, i) =>
            ps.every(
              (q, j) => (adjusted[i] ?? 0) >= p && (p >= q || (adjusted[i] ?? 0) <= (adjusted[j] ?? 0)),
            ),
          );
        },
      ),
    );
  });
});

describe('the number of clean trials for a bound', () => {
  it('is 59 for 5 % and 299 for 1 %', () => {
    expect(trialsForBound(0.05)).toBe(59);
    expect(trialsForBound(0.01)).toBe(299);
  });
});

describe('the exact Fisher test', () => {
  // As R's fisher.test(matrix(c(a, n1 − a, b, n2 − b), 2))$p.value; the first is Fisher's tea.
  it.each([
    [3, 4, 1, 4, 0.4857142857],
    [0, 5, 5, 5, 0.0079365079],
    [1, 10, 11, 14, 0.0027594562],
    [0, 0, 3, 7, 1],
    [2, 15, 2, 15, 1],
    [0, 20, 20, 20, 1.450889e-11],
  ])('of %i of %i against %i of %i has p = %d', (a, n1, b, n2, p) => {
    expect(fisherExact(a, n1, b, n2) / p).toBeCloseTo(1, 3);
  });

  it('does not mind which run comes first', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), fc.nat(60), fc.nat(60), (a, extra1, b, extra2) => {
        expect(fisherExact(a, a + extra1, b, b + extra2)).toBeCloseTo(
          fisherExact(b, b + extra2, a, a + extra1),
          10,
        );
      }),
    );
  });
});
