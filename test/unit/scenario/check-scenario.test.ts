import { expect, test } from 'vitest';
import { checkScenario } from '../../../src/scenario/check-scenario.ts';
import { scenario } from './minimal-scenario.ts';

test('an ordinary scenario gives no warning', () => {
  expect(checkScenario(scenario())).toEqual([]);
});

test.each([
  [
    'a sleep as long as the grace period',
    { 'sleepSeconds: 5': 'sleepSeconds: 30' },
    'prestop-exceeds-grace',
    'sleeps 30 s, as long as the grace period',
  ],
  [
    'a drain that outlasts the grace period',
    {
      'name: none':
        'name: none\n      terminationGracePeriodSeconds: 5\n      shutdown: { mode: drain, drainSeconds: 5 }',
    },
    'drain-exceeds-grace',
    'take 5 s',
  ],
  [
    'a drain without announcement that does, with the sleep before it',
    {
      'name: none':
        'name: none\n      preStop: { sleepSeconds: 3 }\n      terminationGracePeriodSeconds: 5\n      shutdown: { mode: drain-silent, drainSeconds: 4 }',
    },
    'drain-exceeds-grace',
    'take 7 s',
  ],
  [
    'fewer requests under way than the rate needs',
    { 'ratePerSecond: 100': 'ratePerSecond: 2000' },
    'load-concurrency-low',
    'need up to 4040 under way',
  ],
  ['a single replica', { 'sample: http': 'sample: http, replicas: 1' }, 'single-replica', 'one replica'],
])('%s is a warning, not an error', (_what, replacements: Record<string, string>, code, message) => {
  expect(checkScenario(scenario(replacements))).toEqual([
    { code, severity: 'warning', message: expect.stringContaining(message) as string },
  ]);
});
