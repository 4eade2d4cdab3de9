import { describe, expect, it } from 'vitest';

import { stopObservers } from '../../../src/observe/stop-observers.ts';

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
});
