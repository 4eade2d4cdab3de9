import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Plan, PlannedTrial } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import { seededRandom } from '../model/seeded-random.ts';
import { controlTrials } from './control-trials.ts';

export interface PlanOptions {
  /** Instead of the scenario's. */
  readonly seed?: number | undefined;
  readonly blocks?: number | undefined;
}

/**
 * Lays a scenario out as randomized blocks: every strategy × disruption once a block, a negative and a positive
 * control among them, in an order that only the seed and the block's number decide. More blocks therefore go on where
 * fewer would have ended.
 *
 * @throws DrainbenchError (exit code 64) for an option out of range.
 */
export function makePlan(scenario: Scenario, options: PlanOptions = {}): Plan {
  const seed = wholeNumber('seed', options.seed ?? scenario.spec.seed, 0, Number.MAX_SAFE_INTEGER);
  const blocks = wholeNumber('blocks', options.blocks ?? scenario.spec.blocks, 1, 1000);
  const trials: PlannedTrial[] = [];
  for (let block = 1; block <= blocks; block++) {
    const random = seededRandom(seed, block);
    for (const trial of random.shuffle(trialsOfBlock(scenario))) {
      trials.push({ number: trials.length + 1, block, ...trial, seed: random.nextUint32() });
    }
  }
  return { scenario, seed, blocks, trials };
}

function trialsOfBlock(scenario: Scenario): Omit<PlannedTrial, 'number' | 'block' | 'seed'>[] {
  const { strategies, disruptions } = scenario.spec;
  return [
    ...strategies.flatMap((strategy) =>
      disruptions.map((disruption) => ({ role: 'comparison' as const, strategy, disruption })),
    ),
    ...controlTrials(scenario),
  ];
}

function wholeNumber(option: 'seed' | 'blocks', value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new DrainbenchError({
    code: `${option}-invalid`,
    message: `${option} is out of range`,
    expected: `a whole number from ${from} to ${to}`,
    found: String(value),
    exitCode: EXIT.usage,
  });
}
