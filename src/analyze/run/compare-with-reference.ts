import type { Answered, Comparison } from '../run-result.ts';
import { holm, mcnemarExact, pairedPermutation } from '../statistics/tests-of-difference.ts';

const SIGNIFICANCE = 0.05;

/** What the valid trial of one block showed. */
export interface BlockOutcome {
  /** Users would have felt it. */
  readonly failing: boolean;
  /** Requests that they lost. */
  readonly lost: number;
}

export interface StrategyBlocks {
  readonly strategy: string;
  /** By block, of those that have a valid trial. */
  readonly byBlock: ReadonlyMap<number, BlockOutcome>;
}

/** The strategies of one disruption and load. */
export interface ComparisonGroup {
  readonly reference: StrategyBlocks;
  readonly others: readonly StrategyBlocks[];
}

interface Pairs {
  readonly strategy: string;
  readonly reference: string;
  readonly blocks: number;
  readonly onlyReferenceFailed: number;
  readonly onlyThisFailed: number;
  /** Sum over blocks of (lost requests of this strategy − those of the reference). */
  readonly balance: number;
  readonly failingP: number;
  readonly lostP: number;
}

/**
 * Holds every other strategy against the reference within blocks, in each disruption and load of a run: did its trials
 * fail less often (exact McNemar), did fewer requests fail (paired permutation of the counts)? All p values of the run
 * are adjusted together (Holm), so that a run in which nothing differs shows any difference in 5 % of cases at most; an
 * answer is given where the adjusted p value is at most 0.05. `seed` is used where there are too many blocks to count
 * every permutation. One map a group, by strategy.
 */
export function compareWithReference(
  groups: readonly ComparisonGroup[],
  seed: number,
): readonly ReadonlyMap<string, Comparison>[] {
  const pairs = groups.map(({ reference, others }) => others.map((other) => pairUp(reference, other, seed)));
  const all = pairs.flat();
  const adjusted = holm([...all.map(({ failingP }) => failingP), ...all.map(({ lostP }) => lostP)]);
  const questions = 2 * all.length;
  let index = 0;
  return pairs.map(
    (group) =>
      new Map(
        group.map((pair): [string, Comparison] => {
          const [failingHolm, lostHolm] = [adjusted[index] ?? 1, adjusted[all.length + index] ?? 1];
          index += 1;
          return [
            pair.strategy,
            {
              reference: pair.reference,
              blocks: pair.blocks,
              onlyReferenceFailed: pair.onlyReferenceFailed,
              onlyThisFailed: pair.onlyThisFailed,
              failingTrials: answered(
                pair.failingP,
                failingHolm,
                pair.onlyThisFailed - pair.onlyReferenceFailed,
              ),
              failures: answered(pair.lostP, lostHolm, pair.balance),
              questions,
              blocksNeeded: blocksNeeded(questions),
            },
          ];
        }),
      ),
  );
}

function pairUp(reference: StrategyBlocks, other: StrategyBlocks, seed: number): Pairs {
  const differences: number[] = [];
  let onlyReferenceFailed = 0;
  let onlyThisFailed = 0;
  for (const [block, theirs] of reference.byBlock) {
    const own = other.byBlock.get(block);
    if (own === undefined) continue;
    differences.push(own.lost - theirs.lost);
    if (theirs.failing && !own.failing) onlyReferenceFailed += 1;
    if (own.failing && !theirs.failing) onlyThisFailed += 1;
  }
  return {
    strategy: other.strategy,
    reference: reference.strategy,
    blocks: differences.length,
    onlyReferenceFailed,
    onlyThisFailed,
    balance: differences.reduce((sum, difference) => sum + difference, 0),
    failingP: mcnemarExact(onlyReferenceFailed, onlyThisFailed),
    lostP: pairedPermutation(differences, seed),
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
