import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';

import type { LoadSummary } from '../../../src/load/load-engine.ts';
import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { whileLoadsRun } from '../../../src/trial/while-loads-run.ts';

const { signal } = new AbortController();

/** A load that goes on until it is told how it ends. */
function load() {
  const { promise: ended, resolve, reject } = Promise.withResolvers<LoadSummary>();
  ended.catch(() => undefined);
  return { ended, die: () => reject(died), stop: () => resolve({} as LoadSummary) };
}
const died = new DrainbenchError({
  code: 'load-process-died',
  message: 'the process of load "fresh" died of SIGKILL before it was stopped',
});

test('a step is taken while all loads run', async () => {
  await expect(whileLoadsRun([load(), load()], signal, () => Promise.resolve(7))).resolves.toBe(7);
});

test('a load that dies calls the step off, and the trial waits until nothing more is done to the cluster', async () => {
  const [first, second] = [load(), load()];
  const done: string[] = [];
  const step = async (until: AbortSignal) => {
    await sleep(60_000, undefined, { signal: until }).catch(() => undefined);
    done.push('called off');
    await sleep(20);
    done.push('put right');
  };
  const taken = whileLoadsRun([first, second], signal, step);
  second.die();
  await expect(taken).rejects.toMatchObject({
    code: 'load-failed',
    message: 'a load ended: the process of load "fresh" died of SIGKILL before it was stopped',
  });
  expect(done).toEqual(['called off', 'put right']);
});

test('one that stops by itself is one that ended, too', async () => {
  const only = load();
  const taken = whileLoadsRun([only], signal, (until) => sleep(60_000, undefined, { signal: until }));
  only.stop();
  await expect(taken).rejects.toMatchObject({ code: 'load-failed' });
});

test('what the step throws is thrown, and an interruption reaches it', async () => {
  const refused = new Error('refused');
  await expect(whileLoadsRun([load()], signal, () => Promise.reject(refused))).rejects.toBe(refused);
  const interruption = new AbortController();
  const waiting = whileLoadsRun([load()], interruption.signal, (until) =>
    sleep(60_000, undefined, { signal: until }),
  );
  interruption.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});
