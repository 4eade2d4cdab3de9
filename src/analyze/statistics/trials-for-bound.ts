/**
 * How many trials, all without the event, bring the one-sided upper bound below `bound`: the smallest n with
 * (1 − bound)ⁿ ≤ 1 − confidence. 59 for 5 %, 299 for 1 % (Hanley and Lippman-Hand, JAMA 249, 1983: "if nothing
 * goes wrong, is everything all right?").
 */
export function trialsForBound(bound: number, confidence = 0.95): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log1p(-bound));
}
