import type { PlannedTrial } from '../model/plan.ts';
import type { Disruption, Scenario, Strategy } from '../model/scenario.ts';
import { disruptsApp } from '../model/disrupts-app.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import { seededRandom } from '../model/seeded-random.ts';
import { controlTrials } from './control-trials.ts';

/** All controls ride along in the first block; those that must show no failure in every so many as well. */
const CONTROL_EVERY = 10;

/** Pods go, but no preStop runs before: the kubelet is not asked, or has no grace period to give. */
const WITHOUT_PRE_STOP: ReadonlySet<Disruption['type']> = new Set(['force-delete', 'kill-container']);

/**
 * The ways in which a scenario lets its app behave, each without a preStop, in the order of the scenario: what a tune may
 * compute a preStop for. Strategies that differ in nothing else are one and the same.
 *
 * @throws DrainbenchError (exit code 64) `nothing-to-tune` where a disruption of the scenario runs no preStop.
 */
export function tunableApps({ spec }: Scenario): readonly Strategy[] {
  const disruption = spec.disruptions.find((each) => !disruptsApp(each) || WITHOUT_PRE_STOP.has(each.type));
  if (disruption !== undefined) {
    throw new DrainbenchError({
      code: 'nothing-to-tune',
      message: `a preStop makes no difference to the disruption ${disruption.type}: none is run`,
      fix: 'tune a scenario whose Pods are deleted or evicted, or take that disruption out of this one',
      exitCode: EXIT.usage,
    });
  }
  const groups = Map.groupBy(spec.strategies, behaviourOf);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const plain = group.find(({ preStop }) => preStop === 'none');
    const name = plain?.name ?? `${first.name.slice(0, 31)}-no-hook`;
    return [{ ...(plain ?? first), asIs: undefined, name, preStop: 'none' as const, mustPass: false }];
  });
}

/** All of a strategy that its preStop does not change. */
function behaviourOf({ shutdown, env, readinessProbe }: Strategy): string {
  return JSON.stringify([shutdown ?? null, env ?? null, readinessProbe ?? null]);
}

/** Where a plan goes on. */
export interface PlanSoFar {
  readonly seed: number;
  readonly blocks: number;
  readonly trials: readonly PlannedTrial[];
}

/** The next block of a tune: one strategy in each disruption of the scenario, with controls, in random order. */
export function nextTuneBlock(
  scenario: Scenario,
  strategy: Strategy,
  { seed, blocks, trials }: PlanSoFar,
): readonly PlannedTrial[] {
  const block = blocks + 1;
  const random = seededRandom(seed, block);
  const again = block % CONTROL_EVERY === 0;
  const controls = controlTrials(scenario).filter(
    ({ role }) => block === 1 || (again && role !== 'positive-control'),
  );
  const compared = scenario.spec.disruptions.map((disruption) => {
    return { role: 'comparison' as const, strategy, disruption };
  });
  return random.shuffle([...compared, ...controls]).map((trial, at) => ({
    number: trials.length + at + 1,
    block,
    ...trial,
    seed: random.nextUint32(),
  }));
}
