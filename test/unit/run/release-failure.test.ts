import { expect, test } from 'vitest';

import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { releaseFailure } from '../../../src/run/release-failure.ts';

const OWN = { name: 'drainbench-a1b2c3-d4e5', created: true };
const SHARED = { name: 'team', created: false };
const DISK_FULL = new DrainbenchError({
  code: 'history-not-written',
  message: '/runs/r/journal.ndjson could not be written: ENOSPC: no space left on device, write',
  fix: 'Make room on that disk. Trials measured before this one are complete and stay usable.',
});

test('a namespace that the cluster would not remove is said to be there still, with the reason', () => {
  const error = new Error('it is still being removed after 30 s');
  expect(releaseFailure(OWN, error)).toBe(
    'namespace drainbench-a1b2c3-d4e5 could not be removed: it is still being removed after 30 s',
  );
  expect(releaseFailure(SHARED, error)).toMatch(/^namespace team could not be given back: /);
});

test('where only the journal could not be written, nothing is said of the namespace but how to ask for it', () => {
  const said = releaseFailure(OWN, DISK_FULL);
  expect(said).toBe(
    'what became of namespace drainbench-a1b2c3-d4e5 could not be written down: /runs/r/journal.ndjson could not be written: ENOSPC: no space left on device, write. Make room on that disk; `kubectl get namespace drainbench-a1b2c3-d4e5` tells what is still there',
  );
  expect(said).not.toContain('could not be removed');
});

test('in a namespace that was there before, only what the run made is said to be unknown', () => {
  expect(releaseFailure(SHARED, DISK_FULL)).toMatch(
    /^what became of the run's objects in namespace team could not be written down: .*`kubectl get all,leases --namespace team` tells what is still there$/,
  );
});
