import { expect, test } from 'vitest';

import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { awaitCluster } from '../../../src/run/await-cluster.ts';

const { signal } = new AbortController();
const UNREACHABLE = new DrainbenchError({
  code: 'cluster-unreachable',
  message: 'the API server does not answer',
});

test('a cluster that comes back is waited for', async () => {
  let asked = 0;
  await awaitCluster(() => (++asked < 3 ? Promise.reject(UNREACHABLE) : Promise.resolve()), signal);
  expect(asked).toBe(3);
});

test('a cluster that does not come back is lost, with what was heard last', async () => {
  const lost = awaitCluster(() => Promise.reject(UNREACHABLE), signal, 600);
  await expect(lost).rejects.toMatchObject({
    code: 'cluster-lost',
    found: 'the API server does not answer',
  });
});

test('another cluster in its place is not waited for', async () => {
  let asked = 0;
  const changed = new DrainbenchError({ code: 'cluster-changed', message: 'it is another one' });
  const other = awaitCluster(() => (asked++, Promise.reject(changed)), signal);
  await expect(other).rejects.toBe(changed);
  expect(asked).toBe(1);
});

test('an interruption ends the waiting', async () => {
  const interruption = new AbortController();
  const waiting = awaitCluster(() => Promise.reject(UNREACHABLE), interruption.signal);
  interruption.abort(new Error('Ctrl-C'));
  await expect(waiting).rejects.toThrow();
});
