import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';

import type { Plain } from '../../../../src/cluster/kube/plain.ts';
import { podTrouble, whyNotReady } from '../../../../src/cluster/kube/pod-trouble.ts';

type Status = NonNullable<Plain<V1Pod>['status']>;
const pod = (status: Status): Plain<V1Pod> => ({ metadata: { name: 'web-1' }, status });
const running = (more: object = {}): NonNullable<Status['containerStatuses']>[number] => ({
  ...{ name: 'app', image: 'x', imageID: '', ready: false, restartCount: 0 },
  state: { running: {} },
  ...more,
});
const UNREADY: Status = {
  phase: 'Running',
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [app]',
    },
  ],
  containerStatuses: [running()],
};
const event = (reason: string, message: string, minute: number): Plain<CoreV1Event> => ({
  metadata: {},
  involvedObject: {},
  reason,
  message,
  lastTimestamp: new Date(Date.UTC(2025, 0, 1, 0, minute)),
});

test('a Pod whose probe fails says what the probe was answered, and last', () => {
  const events = [
    event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', 2),
    event('Unhealthy', 'Readiness probe failed: connection refused', 1),
    event('Pulled', 'Container image is there', 3),
  ];
  expect(whyNotReady(pod(UNREADY), events)).toBe(
    'Readiness probe failed: HTTP probe failed with statuscode: 503',
  );
});

test('where no Event tells why a Pod is not Ready, its Ready condition does', () => {
  expect(whyNotReady(pod(UNREADY), [])).toBe('ContainersNotReady: containers with unready status: [app]');
  expect(whyNotReady(pod({ phase: 'Pending' }), [])).toBe('it has not begun to run (phase Pending)');
});

test('how a container ended comes before what probes say of the next one', () => {
  const crashed = running({ lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } });
  const status = { ...UNREADY, containerStatuses: [crashed] };
  expect(whyNotReady(pod(status), [event('Unhealthy', 'Readiness probe failed', 1)])).toBe(
    'OOMKilled: exit code 137',
  );
});

test('a program that is not there is named as the runtime names it', () => {
  const message = 'exec: "wbe": executable file not found in $PATH\n';
  const state = { terminated: { exitCode: 128, reason: 'StartError', message } };
  expect(podTrouble(pod({ containerStatuses: [running({ state })] }))).toBe(
    'StartError: exit code 128: exec: "wbe": executable file not found in $PATH',
  );
});

test('an init container that fails is trouble, one that is being created is none', () => {
  const waiting = (reason: string) => running({ state: { waiting: { reason } } });
  expect(podTrouble(pod({ initContainerStatuses: [waiting('CreateContainerConfigError')] }))).toBe(
    'CreateContainerConfigError',
  );
  expect(podTrouble(pod({ containerStatuses: [waiting('PodInitializing')] }))).toBeNull();
});
