import type { Answered, Comparison } from './run-result.ts';
import { holm } from './statistics/holm.ts';
import { mcnemarExact } from './statistics/mcnemar-exact.ts';
import { pairedPermutation } from './statistics/paired-permutation.ts';

const SIGNIFICANCE = 0.05;

/** Failed requests per block, of the blocks that have a valid trial. */
export interface BlockCounts {
  readonly strategy: string;
  readonly failuresByBlock: ReadonlyMap<number, number>;
}

interface Pairs {
  readonly strategy: string;
  readonly blocks: number;
  readonly onlyReferenceFailed: number;
  readonly onlyThisFailed: number;
  /** Sum over blocks of (failures of this strategy − failures of the reference). */
  readonly balance: number;
  readonly failingP: number;
  readonly failuresP: number;
}

/**
 * Holds every other strategy against the reference within blocks, in one disruption and load: did its trials fail
 * less often (exact McNemar), did fewer requests fail (paired permutation of the counts)? Each family of p values is
 * adjusted by Holm over the strategies; an answer is given where the adjusted p value is at most 0.05. `seed` is
 * used where there are too many blocks to count every permutation.
 */
export function compareWithReference(
  reference: BlockCounts,
  others: readonly BlockCounts[],
  seed: number,
): ReadonlyMap<string, Comparison> {
  const pairs = others.map((other) => pairUp(reference, other, seed));
  const failingAdjusted = holm(pairs.map(({ failingP }) => failingP));
  const failuresAdjusted = holm(pairs.map(({ failuresP }) => failuresP));
  return new Map(
    pairs.map((pair, i) => [
      pair.strategy,
      {
        reference: reference.strategy,
        blocks: pair.blocks,
        onlyReferenceFailed: pair.onlyReferenceFailed,
        onlyThisFailed: pair.onlyThisFailed,
        failingTrials: answered(
          pair.failingP,
          failingAdjusted[i] ?? 1,
          pair.onlyThisFailed - pair.onlyReferenceFailed,
        ),
        failures: answered(pair.failuresP, failuresAdjusted[i] ?? 1, pair.balance),
        blocksNeeded: blocksNeeded(others.length),
      },
    ]),
  );
}

function pairUp(reference: BlockCounts, other: BlockCounts, seed: number): Pairs {
  const differences: number[] = [];
  let onlyReferenceFailed = 0;
  let onlyThisFailed = 0;
  for (const [block, theirs] of reference.failuresByBlock) {
    const own = other.failuresByBlock.get(block);
    if (own === undefined) continue;
    differences.push(own - theirs);
    if (theirs > 0 && own === 0) onlyReferenceFailed += 1;
    if (own > 0 && theirs === 0) onlyThisFailed += 1;
  }
  return {
    strategy: other.strategy,
    blocks: differences.length,
    onlyReferenceFailed,
    onlyThisFailed,
    balance: differences.reduce((sum, difference) => sum + difference, 0),
    failingP: mcnemarExact(onlyReferenceFailed, onlyThisFailed),
    failuresP: pairedPermutation(differences, seed),
  };
}

function answered(p: number, pHolm: number, balance: number): Answered {
  if (pHolm > SIGNIFICANCE || balance === 0) return { answer: 'inconclusive', p, pHolm };
  return { answer: balance < 0 ? 'better' : 'worse', p, pHolm };
}

/** The smallest p value of n pairs is 2·½ⁿ in both tests, and Holm multiplies the smallest by the number of questions. */
function blocksNeeded(questions: number): number {
  return Math.ceil(Math.log2((2 * Math.max(1, questions)) / SIGNIFICANCE));
}
