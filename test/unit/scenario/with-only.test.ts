import { expect, test } from 'vitest';

import { makePlan } from '../../../src/scenario/make-plan.ts';
import { withOnly } from '../../../src/scenario/with-only.ts';
import { scenario } from './minimal-scenario.ts';

test('only the strategies that are named are measured, with the controls, in the scenario’s order', () => {
  const { trials } = makePlan(withOnly(scenario(), { strategies: ['sleep-5'] }), { blocks: 1 });
  expect(trials.map(({ role, strategy }) => `${role} ${strategy.name}`).toSorted()).toEqual([
    'comparison sleep-5',
    'negative-control negative-control',
    'positive-control positive-control',
  ]);
  const both = withOnly(scenario(), { strategies: ['sleep-5', 'none'] });
  expect(both.spec.strategies.map(({ name }) => name)).toEqual(['none', 'sleep-5']);
});

test('only the loads that are named are put on', () => {
  const two = scenario({
    '    - name: fresh\n':
      '    - { name: kept, connections: keep-alive, ratePerSecond: 9 }\n    - name: fresh\n',
  });
  expect(withOnly(two, { loads: ['kept'] }).spec.loads.map(({ name }) => name)).toEqual(['kept']);
  expect(withOnly(two, {})).toEqual(two);
});

test('a name that the scenario does not have is refused, with the one that was probably meant', () => {
  expect(() => withOnly(scenario(), { strategies: ['sleep5'] })).toThrow(
    expect.objectContaining({
      code: 'unknown-strategy',
      message: 'the scenario has no strategy “sleep5”: did you mean “sleep-5”?',
      found: '--strategy sleep5',
      exitCode: 64,
    }) as Error,
  );
  expect(() => withOnly(scenario(), { loads: ['keep'] })).toThrow(
    expect.objectContaining({ code: 'unknown-load', expected: 'one of fresh' }) as Error,
  );
});
