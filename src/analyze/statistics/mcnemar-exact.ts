/**
 * Exact two-sided McNemar test of paired yes/no results (the conditional binomial test; as in R's
 * `exact2x2::mcnemar.exact`). `onlyFirst` and `onlySecond` are the pairs in which just one of the two said yes.
 * Returns the p value: 2·P(X ≤ min) for X ~ Binomial(onlyFirst + onlySecond, ½), at most 1.
 */
export function mcnemarExact(onlyFirst: number, onlySecond: number): number {
  const pairs = onlyFirst + onlySecond;
  const smaller = Math.min(onlyFirst, onlySecond);
  let logTerm = -pairs * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= smaller; k += 1) {
    tail += Math.exp(logTerm);
    logTerm += Math.log(pairs - k) - Math.log(k + 1);
  }
  return Math.min(1, 2 * tail);
}
