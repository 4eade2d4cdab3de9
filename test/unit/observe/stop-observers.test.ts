import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { allStarted, stopObservers, stopConcurrently } from '../../../src/observe/stop-observers.ts';

describe('stopping observers', () => {
  const stopped: string[] = [];
  const observer = (name: string, failure?: Error) => ({
    stop: async () => {
      await Promise.resolve();
      stopped.push(name);
      if (failure !== undefined) throw failure;
    },
  });

  it('stops those after one that fails too, in order, and throws the first failure', async () => {
    const first = new Error('the first');
    const all = [observer('a'), observer('b', first), observer('c', new Error('the second')), observer('d')];
    await expect(stopObservers(all)).rejects.toBe(first);
    expect(stopped).toEqual(['a', 'b', 'c', 'd']);
  });

  it('waits side by side until all have stopped, also those that take longer than one that fails', async () => {
    const done: string[] = [];
    const slow = { stop: () => sleep(20).then(() => void done.push('slow')) };
    const failing = { stop: () => Promise.reject(new Error('it fails')) };
    await expect(stopConcurrently([failing, slow])).rejects.toThrow('it fails');
    expect(done).toEqual(['slow']);
  });

  it('stops those that look already, or begin to later, when one cannot be started', async () => {
    const done: string[] = [];
    const late = sleep(20).then(() => ({ stop: () => Promise.reject(new Error(`${done.push('late')}`)) }));
    const early = Promise.resolve({ stop: () => Promise.resolve(void done.push('early')) });
    const never = Promise.reject<{ stop: () => Promise<void> }>(new Error('no such program'));
    await expect(allStarted([early, never, late])).rejects.toThrow('no such program');
    expect(done).toEqual(['early', 'late']);
    await expect(allStarted([early])).resolves.toHaveLength(1);
  });
});
