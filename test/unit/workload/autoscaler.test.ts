import { expect, test } from 'vitest';

import {
  autoscalerLacks,
  type Autoscaler,
  type HorizontalPodAutoscaler,
} from '../../../src/workload/autoscaler.ts';

const KEPT: Autoscaler = { kind: 'HorizontalPodAutoscaler', name: 'web', bounds: { min: 3, max: 6 } };
const CONDITIONS = [{ type: 'AbleToScale', status: 'True' }];
const scaler = (status: object | undefined): HorizontalPodAutoscaler => ({
  metadata: { name: 'web' },
  spec: { maxReplicas: 6, scaleTargetRef: { kind: 'Deployment', name: 'web' } },
  ...(status !== undefined && { status: { desiredReplicas: 0, ...status } }),
});

test.each<[string, object | undefined, number, string | null]>([
  [
    'has looked at nothing yet',
    undefined,
    3,
    'HorizontalPodAutoscaler web has not looked at the workload yet',
  ],
  [
    'has looked at nothing yet, and says so',
    { conditions: [] },
    3,
    'HorizontalPodAutoscaler web has not looked at the workload yet',
  ],
  [
    'has decided on more',
    { conditions: CONDITIONS, desiredReplicas: 4 },
    3,
    'HorizontalPodAutoscaler web wants 4 Pods, the spec says 3',
  ],
  [
    'has decided on one Pod',
    { conditions: CONDITIONS, desiredReplicas: 1 },
    3,
    'HorizontalPodAutoscaler web wants 1 Pod, the spec says 3',
  ],
  ['has decided, and it is so', { conditions: CONDITIONS, desiredReplicas: 4 }, 4, null],
  [
    'has no metrics, and too few Pods',
    { conditions: CONDITIONS },
    1,
    'HorizontalPodAutoscaler web keeps at least 3 Pods, the spec says 1',
  ],
  ['has no metrics, and enough Pods', { conditions: CONDITIONS }, 5, null],
])('an autoscaler that %s is waited for as long as that', (_what, status, replicas, expected) => {
  expect(autoscalerLacks(scaler(status), KEPT, replicas)).toBe(expected);
});
