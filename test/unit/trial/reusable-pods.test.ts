import { describe, expect, it } from 'vitest';

import { reusablePods, type SeenPod } from '../../../src/trial/reusable-pods.ts';

const pod = (uid: string, { ready = 'True', restarts = 0, going = false } = {}): SeenPod => ({
  metadata: { uid, ...(going && { deletionTimestamp: '2025-01-01T00:00:00Z' }) },
  status: {
    conditions: [{ type: 'Ready', status: ready }],
    containerStatuses: [{ restartCount: restarts }],
  },
});

describe('the Pods with which another trial can begin', () => {
  it('are as many as there should be, all as new', () => {
    expect(reusablePods([pod('a'), pod('b')], 2)).toEqual(new Set(['a', 'b']));
  });

  it.each([
    ['one that is not Ready', pod('b', { ready: 'False' })],
    ['one that was told to end', pod('b', { going: true })],
    ['one of which a container was started anew', pod('b', { restarts: 1 })],
    ['one that says nothing yet', { metadata: { uid: 'b' } }],
  ])('are not those with %s', (_, other) => {
    expect(reusablePods([pod('a'), other], 2)).toBeNull();
  });

  it('are neither more nor fewer', () => {
    expect(reusablePods([pod('a')], 2)).toBeNull();
    expect(reusablePods([pod('a'), pod('b'), pod('c')], 2)).toBeNull();
  });
});
