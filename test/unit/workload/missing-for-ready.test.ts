import { expect, test } from 'vitest';
import type { EndpointSlice, Pod } from '../../../src/workload/kube-object.ts';
import { missingForReady } from '../../../src/workload/missing-for-ready.ts';
import type { WorkloadState } from '../../../src/workload/workload-state.ts';

const pod = (uid: string, ready: boolean, terminating = false): Pod => ({
  metadata: { name: uid, uid, ...(terminating && { deletionTimestamp: new Date(0) }) },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
const slice = (...endpoints: [uid: string, ready: boolean][]): EndpointSlice => ({
  addressType: 'IPv4',
  endpoints: endpoints.map(([uid, ready]) => ({ addresses: [], conditions: { ready }, targetRef: { uid } })),
});
const state = (pods: Pod[], slices: EndpointSlice[], status: object = {}): WorkloadState => ({
  owner: {
    metadata: { generation: 2 },
    status: { observedGeneration: 2, updatedReplicas: 2, ...status },
  },
  pods,
  slices,
});
const TWO = [pod('a', true), pod('b', true)];

test.each<[string, WorkloadState, string | null]>([
  ['all there', state(TWO, [slice(['a', true], ['b', true])]), null],
  ['endpoints over two slices', state(TWO, [slice(['a', true]), slice(['b', true])]), null],
  [
    'an old Pod still terminating, out of the slices',
    state([...TWO, pod('c', false, true)], [slice(['a', true], ['b', true], ['c', false])]),
    null,
  ],
  ['a Pod not Ready', state([pod('a', true), pod('b', false)], [slice(['a', true])]), '1 of 2 Pods Ready'],
  ['no Pods at all', state([], []), '0 of 2 Pods Ready'],
  [
    'a Ready Pod that is terminating',
    state([pod('a', true), pod('b', true, true)], [slice(['a', true])]),
    '1 of 2 Pods Ready',
  ],
  ['an endpoint missing', state(TWO, [slice(['a', true], ['b', false])]), '1 of 2 endpoints ready'],
  [
    'a Pod too many',
    state([...TWO, pod('c', true)], [slice(['a', true], ['b', true], ['c', true])]),
    '1 Pod too many, not yet removed',
  ],
  [
    'an endpoint of a Pod on its way out',
    state([...TWO, pod('c', true, true)], [slice(['a', true], ['b', true], ['c', true])]),
    '1 endpoint ready that should be gone',
  ],
  [
    'a spec that nobody has seen',
    state(TWO, [], { observedGeneration: 1 }),
    'the controller has not seen the newest spec',
  ],
  ['a rollout under way', state(TWO, [], { updatedReplicas: 1 }), '1 of 2 Pods have the newest spec'],
  [
    'a rollout that a partition keeps from all but one Pod',
    {
      ...state(TWO, [slice(['a', true], ['b', true])], { updatedReplicas: 1 }),
      owner: {
        metadata: { generation: 2 },
        spec: { updateStrategy: { rollingUpdate: { partition: 1 } } } as never,
        status: { observedGeneration: 2, updatedReplicas: 1, replicas: 2 },
      },
    },
    null,
  ],
])('%s', (_what, given, expected) => {
  expect(missingForReady(given, 2)).toBe(expected);
});
