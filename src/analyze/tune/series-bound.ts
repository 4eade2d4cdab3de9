import { trialsForBound } from '../statistics/clopper-pearson.ts';

/** So often a setting may be called confirmed although it is not good enough, whatever number of them is tried. */
const ERROR = 0.05;
/** What the first setting gets of it; each that follows gets what this leaves of the one before. All of them sum to 1. */
const FIRST_SHARE = 0.8;

/**
 * How many trials, all without a hazard, confirm the n-th setting (from 1): decided before the first of them is run.
 *
 * Only an unbroken series counts, so looking at it after each trial costs nothing: whoever has m clean trials had every
 * smaller number of them before. A setting that is given up and a longer one tried instead are two chances to be wrong,
 * though. So each has a part of the 5 % of its own: 4 %, 0.8 %, 0.16 % … (Bonferroni's inequality, spent unevenly, as
 * the first setting is nearly always the last).
 *
 * @param target share of deletions with a hazard that is too much
 */
export function trialsToConfirm(target: number, setting: number): number {
  return trialsForBound(target, 1 - errorOf(setting));
}

/**
 * The share of deletions with a hazard is below this, after so many clean trials of the n-th setting: at 95 % for all
 * settings of a tune together, and whenever it is asked.
 */
export function boundSoFar(cleanTrials: number, setting: number): number {
  return cleanTrials === 0 ? 1 : 1 - errorOf(setting) ** (1 / cleanTrials);
}

function errorOf(setting: number): number {
  return ERROR * FIRST_SHARE * (1 - FIRST_SHARE) ** (setting - 1);
}
