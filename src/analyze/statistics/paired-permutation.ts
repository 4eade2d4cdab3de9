import { seededRandom } from '../../model/seeded-random.ts';

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
