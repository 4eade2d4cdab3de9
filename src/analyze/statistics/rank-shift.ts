import { seededRandom } from '../../model/seeded-random.ts';

/** Where a series is most unlike itself, and how often it would be so by chance. */
export interface RankShift {
  /** The place of the first value of the second part. */
  readonly at: number;
  readonly p: number;
}

/** Fewer on one side are no part of their own. */
export const LEAST_PART = 3;
/** So many orders that are as uneven end the search: it is no shift. */
const ENOUGH_HITS = 20;

/**
 * Exact two-sample test at a place that was not known before: of all places the one at which the ranks before and after
 * differ most (standardized rank sum of Wilcoxon), held against the largest such difference in other orders of the same
 * values. In a series without a shift every order is as likely, so that this p value allows for every place that was
 * looked at, and for ties: P(p ≤ α) ≤ α whatever the distribution (Pettitt 1979 by permutation; orders are drawn, with
 * (hits + 1) / (orders + 1), Phipson and Smyth 2010, or hits / orders where it stops early, Besag and Clifford 1991).
 *
 * @param values in the order of time
 * @param orders drawn at the most; the smallest p is 1 / (orders + 1)
 * @returns `null` of fewer than six values, and where all are equal
 */
export function rankShift(values: readonly number[], orders: number): RankShift | null {
  const different = new Set(values).size;
  if (values.length < 2 * LEAST_PART || different < 2) return null;
  const ranks = midranks(values);
  const seen = steepest(ranks, weightsOf(values.length));
  const others = different === values.length ? ofLength(values.length, ranks) : new Orders(ranks);
  let hits = 0;
  for (let order = 1; order <= orders; order += 1) {
    // Sums of equal ranks in another order differ in their last bits.
    if (others.size(order - 1) >= seen.size * (1 - 1e-9)) hits += 1;
    if (hits === ENOUGH_HITS) return { at: seen.at, p: hits / order };
  }
  return { at: seen.at, p: (hits + 1) / (orders + 1) };
}

/** Without ties the ranks are 1…n whatever the values: series of one length share their orders. */
const WITHOUT_TIES = new Map<number, Orders>();

function ofLength(length: number, ranks: Float64Array): Orders {
  const known = WITHOUT_TIES.get(length) ?? new Orders(ranks.toSorted());
  WITHOUT_TIES.set(length, known);
  return known;
}

/** How uneven other orders of some ranks are; each is drawn when it is asked for, and the same every time. */
class Orders {
  readonly #ranks: Float64Array;
  readonly #weights: Float64Array;
  readonly #random = seededRandom(1);
  readonly #sizes: number[] = [];

  constructor(ranks: Float64Array) {
    this.#ranks = ranks.slice();
    this.#weights = weightsOf(ranks.length);
  }

  size(index: number): number {
    while (this.#sizes.length <= index) {
      const ranks = this.#ranks;
      for (let left = ranks.length; left > 1; left -= 1) {
        // Some orders are likelier by n / 2³² this way, which no p value shows, and it is drawn a million times.
        const other = Math.floor((this.#random.nextUint32() / 2 ** 32) * left);
        const moved = ranks[left - 1] ?? 0;
        ranks[left - 1] = ranks[other] ?? 0;
        ranks[other] = moved;
      }
      this.#sizes.push(steepest(ranks, this.#weights).size);
    }
    return this.#sizes[index] ?? 0;
  }
}

/** Ranks from 1 minus their mean; equal values have the mean of theirs. */
function midranks(values: readonly number[]): Float64Array {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && order[to]?.value === order[from]?.value) to += 1;
    for (let at = from; at < to; at += 1)
      ranks[order[at]?.index ?? 0] = (from + 1 + to) / 2 - (values.length + 1) / 2;
    from = to;
  }
  return ranks;
}

/** One over the standard deviation of the rank sum before each place. */
function weightsOf(n: number): Float64Array {
  return Float64Array.from({ length: n + 1 }, (_, k) =>
    k < LEAST_PART || k > n - LEAST_PART ? 0 : 1 / Math.sqrt((k * (n - k) * (n + 1)) / 12),
  );
}

function steepest(
  ranks: ArrayLike<number>,
  weights: Float64Array,
): { readonly at: number; readonly size: number } {
  let [sum, at, size] = [0, 0, -1];
  for (let k = 1; k < ranks.length; k += 1) {
    sum += ranks[k - 1] ?? 0;
    const own = Math.abs(sum) * (weights[k] ?? 0);
    if (own > size) [at, size] = [k, own];
  }
  return { at, size };
}
