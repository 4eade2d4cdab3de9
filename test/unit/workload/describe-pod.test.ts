import { expect, test } from 'vitest';
import { describePod, likelyCause } from '../../../src/workload/describe-pod.ts';
import { hopelessReason } from '../../../src/workload/hopeless-reason.ts';
import type { KubeEvent, Pod } from '../../../src/workload/kube-object.ts';

type Status = NonNullable<NonNullable<Pod['status']>['containerStatuses']>[number];

const container = (status: Partial<Status>): Status => ({
  name: 'app',
  image: 'shop:1',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...status,
});
const pod = (...statuses: Status[]): Pod => ({
  metadata: { name: 'shop-1' },
  spec: { nodeName: 'node1', containers: [] },
  status: { phase: 'Pending', containerStatuses: statuses },
});
const PULL = pod(
  container({ state: { waiting: { reason: 'ImagePullBackOff', message: 'not found: shop:1' } } }),
);
const CREATING = pod(container({ state: { waiting: { reason: 'ContainerCreating' } } }));
const crashed = (restartCount: number) =>
  pod(
    container({
      restartCount,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
      lastState: { terminated: { exitCode: 3, reason: 'Error' } },
    }),
  );
const UNSCHEDULABLE: Pod = {
  metadata: { name: 'shop-2' },
  status: {
    phase: 'Pending',
    conditions: [
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/2 nodes are available' },
    ],
  },
};
const event = (reason: string, message: string): KubeEvent => ({
  metadata: {},
  involvedObject: {},
  reason,
  message,
});

test.each<[string, Pod[], string | null]>([
  [
    'an image that cannot be pulled',
    [PULL],
    'Pod shop-1, container app: ImagePullBackOff: not found: shop:1',
  ],
  [
    'a container that crashed twice',
    [crashed(2)],
    'Pod shop-1, container app: CrashLoopBackOff: back-off 10s',
  ],
  ['a container that crashed once', [crashed(1)], null],
  ['a container that is being created', [CREATING], null],
  ['a Pod without a node, for which one may come', [UNSCHEDULABLE], null],
])('waiting is given up for what waiting cannot mend: %s', (_what, pods, expected) => {
  expect(hopelessReason(pods)).toBe(expected);
});

test.each<[string, Pod[], KubeEvent[], string | null]>([
  ['the waiting reason', [PULL], [], 'ImagePullBackOff: not found: shop:1'],
  ['how the container ended', [crashed(1)], [], 'Error: exit code 3'],
  ['why there is no node', [UNSCHEDULABLE], [], 'Unschedulable: 0/2 nodes are available'],
  [
    'the newest Event where Pods say nothing',
    [CREATING],
    [event('A', 'a'), event('Pulling', 'image shop:1')],
    'Pulling: image shop:1',
  ],
  ['nothing, if nothing is known', [CREATING], [], null],
])('the headline names %s', (_what, pods, events, expected) => {
  expect(likelyCause(pods, events)).toBe(expected);
});

test('a Pod is described by what is not as it should be', () => {
  expect(describePod(crashed(1))).toEqual([
    'Pod shop-1 on node1: Pending',
    '  container app waits: CrashLoopBackOff: back-off 10s',
    '  container app ended with code 3 (Error), restarted 1 time',
  ]);
  expect(describePod(UNSCHEDULABLE)).toEqual([
    'Pod shop-2 on no node: Pending',
    '  PodScheduled is not True: Unschedulable: 0/2 nodes are available',
  ]);
});
