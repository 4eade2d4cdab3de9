import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

import { settleAll } from '../../../src/disrupt/settle-all.ts';

const { signal } = new AbortController();

test('all steps are taken side by side, and their results are in their order', async () => {
  const deeds = [20, 1].map((ms) => () => sleep(ms, ms));
  await expect(settleAll(deeds, signal)).resolves.toEqual([20, 1]);
});

test('a step that fails calls the others off, and is thrown only when nothing more is done', async () => {
  const done: string[] = [];
  const failing = () => Promise.reject(new Error('the Lease is lost'));
  const evicting = async (until: AbortSignal) => {
    await sleep(60_000, undefined, { signal: until }).catch(() => undefined);
    done.push('called off');
    await sleep(20);
    done.push('answered');
  };
  await expect(settleAll([failing, evicting], signal)).rejects.toThrow('the Lease is lost');
  expect(done).toEqual(['called off', 'answered']);
});

test('an interruption reaches each step', async () => {
  const interruption = new AbortController();
  const waiting = settleAll(
    [(until: AbortSignal) => sleep(60_000, 1, { signal: until })],
    interruption.signal,
  );
  interruption.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
