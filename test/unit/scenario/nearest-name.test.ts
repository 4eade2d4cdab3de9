import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameDistance, nearestName } from '../../../src/scenario/nearest-name.ts';

const KEYS = [
  'blocks',
  'loads',
  'strategies',
  'disruptions',
  'sleepSeconds',
  'terminationGracePeriodSeconds',
];

test.each([
  ['blokcs', 'blocks'],
  ['block', 'blocks'],
  ['Blocks', 'blocks'],
  ['sleep', 'sleepSeconds'],
  ['strategys', 'strategies'],
  ['terminationGracePeriod', 'terminationGracePeriodSeconds'],
  ['zzz', undefined],
  ['', undefined],
])('for %j it suggests %j', (name, expected) => {
  expect(nearestName(name, KEYS)).toBe(expected);
});

test('the distance is symmetric, 0 for the same word, and never above 1', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (left, right) => {
      const distance = nameDistance(left, right);
      expect(distance).toBeGreaterThanOrEqual(0);
      expect(distance).toBeLessThanOrEqual(1);
      expect(nameDistance(right, left)).toBe(distance);
      expect(nameDistance(left, left)).toBe(0);
    }),
  );
});
