import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../../../src/analyze/run/compare-runs.ts';
import {
  compareWithReference,
  type BlockOutcome,
} from '../../../../src/analyze/run/compare-with-reference.ts';
import type { CellResult, RunResult } from '../../../../src/analyze/run-result.ts';
import {
  clopperPearson,
  lowerBound,
  upperBound,
} from '../../../../src/analyze/statistics/clopper-pearson.ts';
import { coveredShare } from '../../../../src/analyze/statistics/quantile.ts';
import { seededRandom } from '../../../../src/model/seeded-random.ts';

const NOMINAL = 0.95;
const SHARES = [0.001, 0.01, 0.02, 0.05, 0.1, 0.17, 0.3, 0.5, 0.7, 0.9, 0.99];

/** Probability of each count of n trials that fail with probability p: what endless simulation would come to. */
function binomial(n: number, p: number): readonly number[] {
  let term = (1 - p) ** n;
  return Array.from({ length: n + 1 }, (_, k) => {
    const now = term;
    term *= ((n - k) / (k + 1)) * (p / (1 - p));
    return now;
  });
}

const probabilityOf = (n: number, p: number, holds: (k: number) => boolean): number =>
  binomial(n, p).reduce((sum, each, k) => (holds(k) ? sum + each : sum), 0);

/** The mean of `runs` outcomes may be off by so much by chance (four standard errors at 95 %). */
const byChance = (runs: number): number => 4 * Math.sqrt((NOMINAL * (1 - NOMINAL)) / runs);

function uniform(seed: number): () => number {
  const random = seededRandom(seed);
  return () => (random.nextUint32() + 0.5) / 2 ** 32;
}

describe('the exact bounds of a share', () => {
  const counts = [1, 2, 5, 10, 20, 59, 120];

  it('hold the true share in 95 % of all cases at least, each side by itself and both together', () => {
    for (const n of counts) {
      const [lower, upper, both] = [lowerBound, upperBound, clopperPearson].map((bound) =>
        Array.from({ length: n + 1 }, (_, k) => bound(k, n)),
      ) as [number[], number[], { lower: number; upper: number }[]];
      for (const p of SHARES) {
        expect(probabilityOf(n, p, (k) => (upper[k] ?? 0) >= p)).toBeGreaterThanOrEqual(NOMINAL - 1e-9);
        expect(probabilityOf(n, p, (k) => (lower[k] ?? 1) <= p)).toBeGreaterThanOrEqual(NOMINAL - 1e-9);
        const within = (k: number): boolean => (both[k]?.lower ?? 1) <= p && p <= (both[k]?.upper ?? 0);
        expect(probabilityOf(n, p, within)).toBeGreaterThanOrEqual(NOMINAL - 1e-9);
      }
    }
  });

  it('void a run by its controls in 5 % of cases at most, where one control in a hundred fails by chance', () => {
    for (const n of [1, 5, 6, 20, 59, 100, 299]) {
      expect(probabilityOf(n, 0.01, (k) => lowerBound(k, n) > 0.01)).toBeLessThanOrEqual(0.05 + 1e-9);
    }
  });
});

describe('the slowest of n trials', () => {
  /** Two humps, as the times that nodes take have: about 0.1 s, or about 1.1 s; with a long tail. */
  const draw = (next: () => number): number =>
    next() < 0.4 ? 80 + 60 * next() : 1050 + 150 * next() - 40 * Math.log(next());

  it.each([5, 35, 59])(
    'of %i is slower than the share that it is said to cover, in nineteen runs of twenty',
    (n) => {
      const next = uniform(n);
      const many = Array.from({ length: 400_000 }, () => draw(next)).sort((a, b) => a - b);
      const quantile = many[Math.ceil(coveredShare(n) * many.length) - 1] ?? 0;
      const runs = 20_000;
      let covered = 0;
      for (let run = 0; run < runs; run += 1) {
        let slowest = 0;
        for (let trial = 0; trial < n; trial += 1) slowest = Math.max(slowest, draw(next));
        if (slowest >= quantile) covered += 1;
      }
      expect(covered / runs).toBeGreaterThanOrEqual(NOMINAL - byChance(runs));
    },
  );
});

/** As much of a run as a comparison of two needs. */
function runOf(scores: readonly (readonly [failing: number, trials: number])[]): RunResult {
  const cells = scores.map(([failingTrials, trials], index) => ({
    ...{ strategy: `s${index}`, disruption: 'delete', load: 'fresh', standing: 'unknown' },
    ...{ failingTrials, trials },
  }));
  return { verdict: 'pass', cells: cells as unknown as CellResult[] } as unknown as RunResult;
}

describe('the bound of a rise between two runs', () => {
  it('holds the true rise in 95 % of all cases at least', () => {
    for (const [n, m] of [
      [5, 5],
      [10, 20],
      [29, 10],
    ] as const) {
      const bounds = Array.from({ length: n + 1 }, (_, before) =>
        Array.from({ length: m + 1 }, (__, after) => {
          return compareRuns(runOf([[before, n]]), runOf([[after, m]])).cells[0]?.largestRise ?? -1;
        }),
      );
      for (const before of SHARES) {
        for (const after of SHARES) {
          const [first, second] = [binomial(n, before), binomial(m, after)];
          let held = 0;
          for (const [k, p] of first.entries()) {
            for (const [l, q] of second.entries()) {
              if ((bounds[k]?.[l] ?? -1) >= after - before) held += p * q;
            }
          }
          expect(held).toBeGreaterThanOrEqual(NOMINAL - 1e-9);
        }
      }
    }
  });
});

describe('two runs of the same', () => {
  it.each([0.02, 0.2, 0.5])(
    'are called different in no more than one case of twenty, with %d of the trials failing',
    (p) => {
      const next = uniform(7);
      const runs = 1500;
      const draw = (): RunResult =>
        runOf(
          Array.from({ length: 10 }, () => {
            return [Array.from({ length: 20 }, next).filter((value) => value < p).length, 20] as const;
          }),
        );
      let different = 0;
      for (let run = 0; run < runs; run += 1) {
        const { cells } = compareRuns(draw(), draw());
        if (cells.some(({ answer }) => answer === 'worse' || answer === 'better')) different += 1;
      }
      expect(different / runs).toBeLessThanOrEqual(0.05 + byChance(runs));
    },
  );
});

describe('strategies that are all the same', () => {
  /** How many requests a trial loses: overdispersed, as requests of one trial fail together or not at all. */
  const lost = (next: () => number, mean: number): number => {
    let left = -mean * Math.log(next());
    let count = -1;
    while (left >= 0) {
      left += Math.log(next());
      count += 1;
    }
    return count;
  };

  it.each([
    [5, 0.5],
    [8, 0.5],
    [8, 2],
    [10, 20],
  ])(
    'show, in %i blocks that lose %d requests each, a difference in no more than one run of twenty',
    (blocks, mean) => {
      const next = uniform(blocks);
      const runs = 300;
      const strategy = (name: string) => ({
        strategy: name,
        byBlock: new Map(
          Array.from({ length: blocks }, (_, block): [number, BlockOutcome] => {
            const count = lost(next, mean);
            return [block, { failing: count > 0, lost: count }];
          }),
        ),
      });
      let different = 0;
      for (let run = 0; run < runs; run += 1) {
        const groups = Array.from({ length: 2 }, () => {
          return { reference: strategy('reference'), others: ['a', 'b', 'c', 'd'].map(strategy) };
        });
        const found = compareWithReference(groups, 1).flatMap((group) => [...group.values()]);
        const answers = found.flatMap(({ failingTrials, failures }) => [failingTrials, failures]);
        if (answers.some(({ answer }) => answer !== 'inconclusive')) different += 1;
      }
      expect(different / runs).toBeLessThanOrEqual(0.05 + byChance(runs));
    },
  );
});
