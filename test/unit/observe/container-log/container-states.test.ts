import { expect, it } from 'vitest';

import { containerStates } from '../../../../src/observe/container-log/container-states.ts';

const ended = { terminated: {} };

it.each([
  ['waits to be created', { state: { waiting: {} } }, { restarts: 0, begun: false, ended: false }],
  ['runs', { state: { running: {} } }, { restarts: 0, begun: true, ended: false }],
  ['has ended', { state: ended }, { restarts: 0, begun: true, ended: true }],
  [
    'waits to be started again',
    { restartCount: 1, state: { waiting: {} }, lastState: ended },
    { restarts: 1, begun: false, ended: true },
  ],
  [
    'runs again',
    { restartCount: 1, state: { running: {} }, lastState: ended },
    { restarts: 1, begun: true, ended: false },
  ],
])('a container that %s', (_, status, expected) => {
  const metadata = { name: 'p', uid: 'u', resourceVersion: '1' };
  const states = containerStates({
    metadata,
    status: { initContainerStatuses: [{ name: 'c', containerID: 'containerd://1f', ...status }] },
  });
  expect(states).toEqual([{ name: 'c', id: '1f', ...expected }]);
});

it('a Pod without a status has no containers to tell of', () => {
  expect(containerStates({ metadata: { name: 'p', uid: 'u', resourceVersion: '1' } })).toEqual([]);
});
