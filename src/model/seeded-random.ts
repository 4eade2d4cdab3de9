/** A source of reproducible random numbers: the same seed gives the same numbers on every platform. */
export interface SeededRandom {
  /** The next 32 random bits, as an integer in [0, 2^32). */
  nextUint32(): number;
  /** Uniform integer in [0, bound), without modulo bias. `bound` in [1, 2^32]. */
  nextInt(bound: number): number;
  /** The items in random order (Fisher–Yates); the input is left alone. */
  shuffle<T>(items: readonly T[]): T[];
}

/**
 * xoshiro128** 1.1 (Blackman & Vigna, https://prng.di.unimi.it/xoshiro128starstar.c), its state filled by
 * splitmix32 over all the words of the seed. Integer arithmetic only, so no platform rounds differently.
 *
 * @param seed non-negative safe integers; several, e.g. a plan's seed and a block, give independent streams.
 */
export function seededRandom(...seed: readonly number[]): SeededRandom {
  const state = seedState(seed);
  const nextUint32 = () => next(state);
  const nextInt = (bound: number) => {
    // Numbers from the last, incomplete run of `bound` would favour small results: draw again.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let drawn = nextUint32();
    while (drawn >= limit) drawn = nextUint32();
    return drawn % bound;
  };
  return { nextUint32, nextInt, shuffle: (items) => shuffle(items, nextInt) };
}

type State = [number, number, number, number];

function seedState(seed: readonly number[]): State {
  let mixed = 0;
  const draw = () => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let word = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  for (const number of seed) {
    // A seed may have up to 53 bits: both halves count.
    for (const word of [number % 2 ** 32, Math.floor(number / 2 ** 32)]) mixed = (draw() ^ word) >>> 0;
  }
  return [draw(), draw(), draw(), draw()];
}

function next(state: State): number {
  const result = Math.imul(rotateLeft(Math.imul(state[1], 5), 7), 9) >>> 0;
  const shifted = state[1] << 9;
  state[2] ^= state[0];
  state[3] ^= state[1];
  state[1] ^= state[2];
  state[0] ^= state[3];
  state[2] ^= shifted;
  state[3] = rotateLeft(state[3], 11);
  return result;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function shuffle<T>(items: readonly T[], nextInt: (bound: number) => number): T[] {
  const left = [...items];
  const shuffled: T[] = [];
  while (left.length > 0) shuffled.push(...left.splice(nextInt(left.length), 1));
  return shuffled;
}
