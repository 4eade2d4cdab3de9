/** Sums of equal probabilities in another order differ in their last bits: as R's `fisher.test`. */
const RELATIVE_ERROR = 1 + 1e-7;

/**
 * Exact two-sided Fisher test of two shares, `failing1` of `trials1` against `failing2` of `trials2`: the probability,
 * given the totals, of a table no more probable than this one (as R's `fisher.test`). Returns the p value.
 */
export function fisherExact(failing1: number, trials1: number, failing2: number, trials2: number): number {
  const failing = failing1 + failing2;
  const logFactorials = logFactorialsUpTo(trials1 + trials2);
  const logChoose = (n: number, k: number): number =>
    (logFactorials[n] ?? 0) - (logFactorials[k] ?? 0) - (logFactorials[n - k] ?? 0);
  const probability = (k: number): number =>
    Math.exp(logChoose(trials1, k) + logChoose(trials2, failing - k) - logChoose(trials1 + trials2, failing));
  const limit = probability(failing1) * RELATIVE_ERROR;
  let p = 0;
  for (let k = Math.max(0, failing - trials2); k <= Math.min(failing, trials1); k += 1) {
    const each = probability(k);
    if (each <= limit) p += each;
  }
  return Math.min(1, p);
}

function logFactorialsUpTo(n: number): readonly number[] {
  const sums = [0];
  for (let k = 1; k <= n; k += 1) sums.push((sums[k - 1] ?? 0) + Math.log(k));
  return sums;
}
