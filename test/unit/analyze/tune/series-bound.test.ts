import { describe, expect, it } from 'vitest';
import { boundSoFar, trialsToConfirm } from '../../../../src/analyze/tune/series-bound.ts';
import { trialsForBound } from '../../../../src/analyze/statistics/clopper-pearson.ts';
import { seededRandom } from '../../../../src/model/seeded-random.ts';

const ERROR = 0.05;
const SETTINGS = 6;
const RUNS = 20_000;
/** The share of wrong runs may be off by so much by chance (four standard errors at 5 %). */
const BY_CHANCE = 4 * Math.sqrt((ERROR * (1 - ERROR)) / RUNS);

/** What a tune claims while it goes on: after each clean trial that less than this share of deletions meets a hazard. */
interface Claim {
  readonly setting: number;
  readonly cleanTrials: number;
}

/**
 * All claims of one tune that is looked at after every trial. A hazard ends the series of a setting, and a longer one is
 * tried; a series that is through ends the tune.
 */
function claimsOf(
  next: () => number,
  shareOf: (setting: number) => number,
  wanted: (setting: number) => number,
): readonly Claim[] {
  const claims: Claim[] = [];
  for (let setting = 1; setting <= SETTINGS; setting += 1) {
    let cleanTrials = 0;
    while (cleanTrials < wanted(setting) && next() >= shareOf(setting)) {
      cleanTrials += 1;
      claims.push({ setting, cleanTrials });
    }
    if (cleanTrials === wanted(setting)) return claims;
  }
  return claims;
}

function shareOfRuns(isWrong: (next: () => number) => boolean): number {
  const random = seededRandom(3);
  const next = () => (random.nextUint32() + 0.5) / 2 ** 32;
  let wrong = 0;
  for (let run = 0; run < RUNS; run += 1) if (isWrong(next)) wrong += 1;
  return wrong / RUNS;
}

describe('how many clean trials confirm a setting', () => {
  it('is decided by the target alone, and more for each setting that is tried after another', () => {
    expect([1, 2, 3].map((setting) => trialsToConfirm(0.1, setting))).toEqual([31, 46, 62]);
    expect([1, 2].map((setting) => trialsToConfirm(0.05, setting))).toEqual([63, 95]);
    expect(trialsToConfirm(0.96, 1)).toBe(1);
  });

  it('costs the first setting hardly more than a tune that never tries another would need', () => {
    for (const target of [0.3, 0.1, 0.05, 0.01]) {
      expect(trialsToConfirm(target, 1)).toBeLessThanOrEqual(Math.ceil(trialsForBound(target) * 1.1) + 1);
    }
  });

  it('spends 5 % in all, however many settings are tried', () => {
    for (const target of [0.3, 0.1, 0.05]) {
      const wrong = Array.from({ length: 50 }, (_, at) => (1 - target) ** trialsToConfirm(target, at + 1));
      expect(wrong.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(ERROR);
    }
  });

  it('is when the bound that is shown meanwhile comes below the target, no sooner and no later', () => {
    for (const target of [0.3, 0.1, 0.05]) {
      for (const setting of [1, 2, 3]) {
        const trials = trialsToConfirm(target, setting);
        expect(boundSoFar(trials, setting)).toBeLessThanOrEqual(target);
        expect(boundSoFar(trials - 1, setting)).toBeGreaterThan(target);
      }
    }
    expect(boundSoFar(0, 1)).toBe(1);
  });
});

describe('a tune that is looked at after every trial', () => {
  it.each([0.1, 0.12, 0.2, 0.5])(
    'confirms a setting in no more than one run of twenty, where all of them meet a hazard in %d of deletions and a tenth is too much',
    (share) => {
      const wrong = shareOfRuns((next) => {
        const last = claimsOf(
          next,
          () => share,
          (setting) => trialsToConfirm(0.1, setting),
        ).at(-1);
        return last !== undefined && last.cleanTrials === trialsToConfirm(0.1, last.setting);
      });
      expect(wrong).toBeLessThanOrEqual(ERROR + BY_CHANCE);
    },
  );

  it.each([0.02, 0.1, 0.3, 0.7])(
    'never claims too little while it goes on, in nineteen runs of twenty, where %d of deletions meet a hazard',
    (share) => {
      const wrong = shareOfRuns((next) =>
        claimsOf(
          next,
          () => share,
          (setting) => trialsToConfirm(0.02, setting),
        ).some(({ setting, cleanTrials }) => boundSoFar(cleanTrials, setting) < share),
      );
      expect(wrong).toBeLessThanOrEqual(ERROR + BY_CHANCE);
    },
  );

  it('would be wrong more often if each setting had the 5 % for itself: that is what the shares are for', () => {
    const wrong = shareOfRuns((next) => {
      const last = claimsOf(
        next,
        () => 0.1,
        () => trialsForBound(0.1),
      ).at(-1);
      return last?.cleanTrials === trialsForBound(0.1);
    });
    expect(wrong).toBeGreaterThan(2 * ERROR);
  });
});
