import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectVictims } from '../../../src/disrupt/select-victims.ts';

const PODS = ['a1 x', 'a2 y', 'b1 x', 'b2 y', 'c1 x'].map((text) => {
  const [name = '', node = ''] = text.split(' ');
  return { name, node, uid: `uid-${name}`, ip: '' };
});
const names = (pods: readonly { name: string }[]) => pods.map(({ name }) => name);

test('the same seed chooses the same Pods, in whatever order they are listed', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.shuffledSubarray(PODS, { minLength: PODS.length }),
      fc.integer({ min: 1, max: 5 }),
      (seed, listed, count) => {
        const victims = selectVictims(listed, count, seed);
        expect(victims).toEqual(selectVictims(PODS, count, seed));
        expect(new Set(names(victims)).size).toBe(count);
      },
    ),
  );
});

test('every Pod is chosen by some seed, about equally often', () => {
  const chosen = Array.from({ length: 5000 }, (_, seed) => selectVictims(PODS, 1, seed)[0]?.name);
  for (const { name } of PODS) {
    expect(Math.abs(chosen.filter((victim) => victim === name).length - 1000)).toBeLessThan(120);
  }
});

test('a disruption of one node takes all Pods of it and none of another; every node has its turn', () => {
  const choices = Array.from({ length: 50 }, (_, seed) =>
    names(selectVictims(PODS, 'one-node', seed)).join(),
  );
  expect(new Set(choices)).toEqual(new Set(['a1,b1,c1', 'a2,b2']));
});

test('a disruption of all Pods takes every one of them', () => {
  expect(names(selectVictims(PODS, 'all', 1)).toSorted()).toEqual(names(PODS).toSorted());
});

test('a disruption of more Pods than there are is refused', () => {
  for (const count of [6, 'all', 'one-node'] as const) {
    const pods = count === 6 ? PODS : [];
    expect(() => selectVictims(pods, count, 1)).toThrow(
      expect.objectContaining({ code: 'disruption-impossible' }) as Error,
    );
  }
});
