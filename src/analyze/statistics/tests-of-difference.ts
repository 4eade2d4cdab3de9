import { seededRandom } from '../../model/seeded-random.ts';

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

/** Up to this many non-zero differences all 2ⁿ sign patterns are counted. */
const EXACT_UP_TO = 16;
const SAMPLES = 100_000;

/**
 * Two-sided paired permutation test (Fisher's randomization test, The Design of Experiments, 1935, §21): if the two
 * treatments were alike, each pair's difference could as well have had the other sign. Returns the share of sign
 * patterns whose sum is at least as far from zero as the one seen: exact up to 16 non-zero differences, beyond that
 * by Monte Carlo with (hits + 1) / (samples + 1) (Phipson and Smyth 2010). Differences must be integers.
 */
export function pairedPermutation(differences: readonly number[], seed = 1): number {
  const sizes = differences.filter((difference) => difference !== 0).map(Math.abs);
  if (sizes.length === 0) return 1;
  const seen = Math.abs(differences.reduce((sum, difference) => sum + difference, 0));
  return sizes.length <= EXACT_UP_TO ? exact(sizes, seen) : monteCarlo(sizes, seen, seed);
}

function exact(sizes: readonly number[], seen: number): number {
  const patterns = 2 ** sizes.length;
  let hits = 0;
  for (let pattern = 0; pattern < patterns; pattern += 1) {
    let sum = 0;
    for (const [i, size] of sizes.entries()) sum += (pattern >> i) & 1 ? size : -size;
    if (Math.abs(sum) >= seen) hits += 1;
  }
  return hits / patterns;
}

function monteCarlo(sizes: readonly number[], seen: number, seed: number): number {
  const random = seededRandom(seed);
  let hits = 0;
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    let sum = 0;
    for (const size of sizes) sum += random.nextUint32() < 2 ** 31 ? size : -size;
    if (Math.abs(sum) >= seen) hits += 1;
  }
  return (hits + 1) / (SAMPLES + 1);
}

/**
 * p values adjusted for having asked several questions at once (Holm, Scandinavian Journal of Statistics 6, 1979;
 * R's `p.adjust(method = "holm")`). In the order given.
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p || a.index - b.index);
  const adjusted = new Array<number>(pValues.length).fill(1);
  let highest = 0;
  for (const [rank, { p, index }] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * p));
    adjusted[index] = highest;
  }
  return adjusted;
}
