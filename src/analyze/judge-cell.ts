import type { Verdict } from '../model/verdict.ts';
import { lowerBound, upperBound } from './statistics/clopper-pearson.ts';

/**
 * The verdict of one strategy × disruption × load against the wanted share of failing trials:
 *
 * - `void` when a planned trial has no valid attempt (it was repeated once already: the cause is not chance),
 *   or when there is no trial at all;
 * - `pass` when the exact one-sided 95 % upper bound is below the target: the true share is lower, at 95 %;
 * - `fail` when the exact one-sided 95 % lower bound is above the target: the true share is higher, at 95 %;
 * - `inconclusive` otherwise: too few trials to say.
 *
 * Both sides use the same one-sided level, so the rule is symmetric, and since both bounds grow with every failing
 * trial, one more failing trial can never turn `fail` into anything better. With the default target of 50 % five
 * trials decide: 0 of 5 passes (< 45.1 %), 5 of 5 fails (> 54.9 %), anything between needs more trials.
 */
export function judgeCell(
  failingTrials: number,
  trials: number,
  voidTrials: number,
  maxFailingTrials: number,
): Verdict {
  if (voidTrials > 0 || trials === 0) return 'void';
  if (upperBound(failingTrials, trials) < maxFailingTrials) return 'pass';
  if (lowerBound(failingTrials, trials) > maxFailingTrials) return 'fail';
  return 'inconclusive';
}
