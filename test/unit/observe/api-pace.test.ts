import { describe, expect, it } from 'vitest';

import { ApiPace } from '../../../src/observe/api-pace.ts';
import { WatchState, type KubeObject } from '../../../src/observe/watch-state.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';

/** A question that is answered, or fails, when told. */
function question() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  return { ask: () => promise, answer: () => resolve('all'), fail: () => reject(new Error('503')) };
}

function paceAt() {
  let nowNs = 0;
  const pace = new ApiPace(() => nowNs);
  return { pace, at: (ns: number) => (nowNs = ns) };
}

describe('the pace of the API server', () => {
  it('is what its last answer took, until there is another', async () => {
    const { pace, at } = paceAt();
    expect(pace.lateNs()).toBe(0);
    for (const [askedNs, answeredNs] of [
      [10, 400],
      [1000, 1030],
    ] as const) {
      const { ask, answer } = question();
      at(askedNs);
      const timed = pace.time(ask);
      at(answeredNs);
      answer();
      expect(await timed).toBe('all');
      at(answeredNs + 5000);
      expect(pace.lateNs()).toBe(answeredNs - askedNs);
    }
  });

  it('is how long a question waits for its answer already, where that is longer', async () => {
    const { pace, at } = paceAt();
    const { ask, fail } = question();
    const timed = pace.time(ask);
    at(700);
    expect(pace.lateNs()).toBe(700);
    fail();
    await expect(timed).rejects.toThrow('503');
    at(900);
    expect(pace.lateNs()).toBe(700);
  });

  it('is added to what a watch brings, as that comes the same way', () => {
    const events: NewHistoryEvent[] = [];
    const context = {
      nowNs: () => 0,
      record: (event: NewHistoryEvent) => void events.push(event),
      signal: new AbortController().signal,
    };
    const target = { kind: 'Pod', path: '/api/v1/pods', observer: 'pods' } as const;
    const state = new WatchState(
      target,
      context,
      () => 40e6,
      () => undefined,
    );
    const object: KubeObject = { metadata: { name: 'a', uid: 'u', resourceVersion: '7' } };
    state.received({ type: 'MODIFIED', object }, { arrivedNs: 5, lateNs: 3e6 });
    expect(events).toMatchObject([{ type: 'object', atNs: 5, uncertaintyNs: 143e6 }]);
  });
});
