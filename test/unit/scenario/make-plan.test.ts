import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedTrial } from '../../../src/model/plan.ts';
import { scenarioSchema, type Scenario } from '../../../src/model/scenario.ts';
import { estimatePlanMs } from '../../../src/scenario/estimate-plan-ms.ts';
import { makePlan } from '../../../src/scenario/make-plan.ts';
import { trialIdentifier } from '../../../src/scenario/trial-identifier.ts';
import { scenario } from './minimal-scenario.ts';

const anyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    names: fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/), { minLength: 1, maxLength: 6 }),
    disruptions: fc.uniqueArray(fc.constantFrom('none', 'delete', 'force-delete', 'rollout-restart'), {
      minLength: 1,
    }),
    own: fc.boolean(),
  })
  .map(({ names, disruptions, own }) =>
    scenarioSchema.parse({
      apiVersion: 'drainbench.dev/v1alpha1',
      kind: 'Scenario',
      metadata: { name: 'any', question: 'Any?' },
      spec: {
        app: own ? { image: 'a', port: 80, readinessProbe: 'none' } : { sample: 'http' },
        loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 100 }],
        disruptions: disruptions.map((type) => ({ type })),
        strategies: names.map((name) => ({ name })),
      },
    }),
  );
const anyBlocks = fc.integer({ min: 1, max: 12 });
const anySeed = fc.maxSafeNat();

test('every block holds each strategy × disruption exactly once, and one control of each kind', () => {
  fc.assert(
    fc.property(anyScenario, anySeed, anyBlocks, (parsed, seed, blocks) => {
      const { trials } = makePlan(parsed, { seed, blocks });
      const expected = parsed.spec.strategies
        .flatMap(({ name }) => parsed.spec.disruptions.map(({ type }) => `comparison ${name} ${type}`))
        .concat('negative-control negative-control none', 'positive-control positive-control force-delete')
        .toSorted();
      for (let block = 1; block <= blocks; block++) {
        const cells = trials.filter((trial) => trial.block === block).map(cell);
        expect(cells.toSorted()).toEqual(expected);
      }
      expect(trials.map(({ number }) => number)).toEqual(trials.map((_, index) => index + 1));
      expect(trials).toHaveLength(expected.length * blocks);
    }),
  );
});

test('a churn control rides along in every block where the scenario asks for it, and nothing else changes', () => {
  const plain = scenario();
  const asked = { ...plain, spec: { ...plain.spec, controls: { churn: true } } };
  const { trials } = makePlan(asked, { blocks: 3 });
  const [churn, others] = [
    trials.filter(({ role }) => role === 'churn-control'),
    trials.filter(({ role }) => role !== 'churn-control'),
  ];
  expect(churn.map(({ block, disruption, strategy }) => [block, disruption, strategy.name])).toEqual(
    [1, 2, 3].map((block) => [block, { type: 'churn' }, 'churn-control']),
  );
  expect(others.map(cell).toSorted()).toEqual(makePlan(plain, { blocks: 3 }).trials.map(cell).toSorted());
  expect(estimatePlanMs(makePlan(asked))).toBeGreaterThan(estimatePlanMs(makePlan(plain)));
});

test('the same seed gives the same plan, and more blocks continue the plan of fewer', () => {
  fc.assert(
    fc.property(anyScenario, anySeed, anyBlocks, (parsed, seed, blocks) => {
      const plan = makePlan(parsed, { seed, blocks });
      expect(makePlan(parsed, { seed, blocks })).toEqual(plan);
      const longer = makePlan(parsed, { seed, blocks: blocks + 3 });
      expect(longer.trials.slice(0, plan.trials.length)).toEqual(plan.trials);
    }),
  );
});

test('different seeds give different orders, and so do different blocks', () => {
  const parsed = scenario();
  const orders = Array.from({ length: 50 }, (_, seed) => makePlan(parsed, { seed }).trials.map(cell).join());
  expect(new Set(orders).size).toBe(50);
  const { trials } = makePlan(parsed, { blocks: 20 });
  const blocks = Array.from({ length: 20 }, (_, index) =>
    trials
      .filter(({ block }) => block === index + 1)
      .map(cell)
      .join(),
  );
  expect(new Set(blocks).size).toBeGreaterThan(8);
  expect(new Set(trials.map(({ seed }) => seed)).size).toBe(trials.length);
});

test('every trial comes up at every place of its block', () => {
  const { trials } = makePlan(scenario(), { blocks: 400 });
  const seen = new Map<string, Set<number>>();
  for (const trial of trials) {
    const places = seen.get(cell(trial)) ?? new Set();
    seen.set(cell(trial), places.add((trial.number - 1) % 4));
  }
  for (const places of seen.values()) expect(places.size).toBe(4);
});

test('the controls use the first strategy: one undisturbed, one certain to fail', () => {
  const { trials } = makePlan(
    scenario({ 'name: none': 'name: none\n      terminationGracePeriodSeconds: 7\n      mustPass: true' }),
  );
  expect(control(trials, 'negative-control')).toMatchObject({
    strategy: {
      name: 'negative-control',
      preStop: 'none',
      terminationGracePeriodSeconds: 7,
      mustPass: false,
    },
    disruption: { type: 'none' },
  });
  expect(control(trials, 'positive-control')).toMatchObject({
    strategy: { name: 'positive-control', preStop: 'none', shutdown: { mode: 'exit-now' } },
    disruption: { type: 'force-delete', pods: 'all' },
  });
});

test('an app of the user is not told how to shut down: with no Pod left it must fail in any case', () => {
  const { trials } = makePlan(
    scenario({ '{ sample: http }': '{ image: a, port: 80, readinessProbe: none }' }),
  );
  const positive = control(trials, 'positive-control');
  expect(positive.disruption).toEqual({ type: 'force-delete', pods: 'all' });
  expect(positive.strategy).not.toHaveProperty('shutdown');
});

test.each([
  [{ blocks: 0 }, 'blocks-invalid'],
  [{ blocks: 1.5 }, 'blocks-invalid'],
  [{ seed: -1 }, 'seed-invalid'],
  [{ seed: NaN }, 'seed-invalid'],
])('options out of range are usage errors: %j', (options, code) => {
  expect(() => makePlan(scenario(), options)).toThrow(
    expect.objectContaining({ code, exitCode: 64 }) as Error,
  );
});

test('folders are named by number and strategy, and sort in the order of execution', () => {
  const { trials } = makePlan(scenario(), { blocks: 5 });
  const names = trials.map(trialIdentifier);
  expect(names.toSorted()).toEqual(names);
  expect(names.every((name) => /^\d{3}-(none|sleep-5|negative-control|positive-control)$/.test(name))).toBe(
    true,
  );
});

test('the forecast grows with preStop, and a signal that is swallowed costs the grace period', () => {
  const forecast = (strategy: string) =>
    estimatePlanMs(
      makePlan(scenario({ 'name: sleep-5\n      preStop: { sleepSeconds: 5 }': strategy }), { blocks: 1 }),
    );
  const none = forecast('name: a');
  expect(forecast('name: a\n      preStop: { sleepSeconds: 20 }') - none).toBeGreaterThan(15_000);
  expect(forecast("name: a\n      preStop: { exec: [sh, -c, 'sleep 20'] }")).toBe(
    forecast('name: a\n      preStop: { sleepSeconds: 20 }'),
  );
  expect(forecast('name: a\n      shutdown: { mode: ignore }') - none).toBeGreaterThan(25_000);
});

function cell({ role, strategy, disruption }: PlannedTrial): string {
  return `${role} ${strategy.name} ${disruption.type}`;
}

function control(trials: readonly PlannedTrial[], role: PlannedTrial['role']): PlannedTrial {
  const found = trials.find((trial) => trial.role === role);
  if (found === undefined) throw new Error(`no ${role}`);
  return found;
}
