import { betaQuantile } from './special-functions.ts';

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * The exact two-sided interval of a binomial share, `events` of `trials`, at the given confidence (Clopper and
 * Pearson, Biometrika 26, 1934; the beta form is what R's `binom.test` computes). With no trials it is [0, 1].
 */
export function clopperPearson(events: number, trials: number, confidence = 0.95): Interval {
  const tail = (1 - confidence) / 2;
  return { lower: lowerBound(events, trials, 1 - tail), upper: upperBound(events, trials, 1 - tail) };
}

/** The exact one-sided upper bound: the true share is below it with the given confidence. */
export function upperBound(events: number, trials: number, confidence = 0.95): number {
  if (events >= trials) return 1;
  if (events === 0) return 1 - (1 - confidence) ** (1 / trials);
  return betaQuantile(confidence, events + 1, trials - events);
}

/** The exact one-sided lower bound: the true share is above it with the given confidence. */
export function lowerBound(events: number, trials: number, confidence = 0.95): number {
  return trials === 0 ? 0 : 1 - upperBound(trials - events, trials, confidence);
}

/**
 * How many trials, all without the event, bring the one-sided upper bound below `bound`: the smallest n with
 * (1 − bound)ⁿ ≤ 1 − confidence. 59 for 5 %, 299 for 1 % (Hanley and Lippman-Hand, JAMA 249, 1983: "if nothing
 * goes wrong, is everything all right?").
 */
export function trialsForBound(bound: number, confidence = 0.95): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log1p(-bound));
}
