import { expect, it } from 'vitest';

import type { ObjectSighting } from '../../../../src/analyze/objects/object-sightings.ts';
import { usableEndpoints } from '../../../../src/analyze/objects/usable-endpoints.ts';

type Condition = 'ready' | 'draining' | 'not-ready' | 'gone';

/** A slice with these Pods, by uid. */
function slice(
  atNs: number,
  generation: number,
  pods: Readonly<Record<string, Condition>>,
  { name = 'web-1', change = 'MODIFIED' }: Partial<Pick<ObjectSighting, 'name' | 'change'>> = {},
): ObjectSighting {
  const endpoints = Object.entries(pods).map(([uid, condition]) => ({
    targetRef: { kind: 'Pod', name: `pod-${uid}`, uid },
    conditions: {
      ready: condition === 'ready',
      serving: condition === 'ready' || condition === 'draining',
      terminating: condition === 'draining' || condition === 'gone',
    },
  }));
  return {
    ...{ kind: 'EndpointSlice', change, name, uid: name, atNs, uncertaintyNs: 1, source: 'api-watch' },
    eventId: atNs,
    object: { metadata: { generation }, endpoints },
  };
}

const offered = (sightings: readonly ObjectSighting[]) =>
  usableEndpoints(sightings).map(({ atNs, usable, fallen }) => [
    atNs,
    usable.map(({ podUid }) => podUid),
    fallen,
  ]);

it('a Service sends to the Pods that are ready, and to those that still serve while they go only where none is', () => {
  const all = [
    slice(1, 1, { a: 'ready', b: 'ready' }),
    slice(2, 2, { a: 'draining', b: 'ready' }),
    slice(3, 3, { a: 'draining', b: 'draining' }),
    slice(4, 4, { a: 'gone', b: 'gone' }),
  ];
  expect(offered(all)).toEqual([
    [1, ['a', 'b'], []],
    [2, ['b'], []],
    [3, ['a', 'b'], []],
    [4, [], []],
  ]);
});

it('a Pod has fallen that is not going, was ready once, and is so no more', () => {
  const all = [slice(1, 1, { a: 'ready', b: 'not-ready' }), slice(2, 2, { a: 'not-ready', b: 'not-ready' })];
  expect(offered(all)).toEqual([
    [1, ['a'], []],
    [2, [], ['a']],
  ]);
});

it('all slices of the Service count together, each in its newest version, until it is deleted', () => {
  const second = { name: 'web-2' };
  const all = [
    slice(1, 5, { a: 'ready' }),
    slice(2, 1, { b: 'ready' }, second),
    slice(3, 4, { a: 'gone' }),
    slice(4, 6, { a: 'draining' }),
    slice(5, 1, { b: 'ready' }, { ...second, change: 'DELETED' }),
  ];
  // The third is late news: a newer version was seen before.
  expect(offered(all)).toEqual([
    [1, ['a'], []],
    [2, ['a', 'b'], []],
    [4, ['b'], []],
    [5, ['a'], []],
  ]);
});
