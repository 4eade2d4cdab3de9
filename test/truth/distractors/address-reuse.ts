import type { Distractor } from '../distractor.ts';

const RETRY_MS = 100;

/** The Pods that go are not known beforehand: each Pod's address has somebody who waits for it. */
export const addressReuse: Distractor = {
  name: 'address-reuse',
  does: 'the address of each Pod that goes is taken at once by a Pod of somebody else, which listens on nothing, while the load goes on',
  happenings: ['address-taken'],
  least: 1,
  needsGoing: true,
  tailMs: 2000,
  begin: async (stage) => {
    const over = new AbortController();
    const waiting = (await stage.pods()).map(async (pod) => {
      // Until the trial is over: most of them never go.
      while (!over.signal.aborted && !(await stage.isAddressFree(pod))) await stage.wait(RETRY_MS);
      if (over.signal.aborted) return;
      const stranger = await stage.startStranger(pod, { LISTEN_AFTER_MS: '3600000' });
      stage.mark(stranger.ip === pod.ip ? 'address-taken' : 'address-missed', { pod: pod.name });
    });
    return async () => {
      over.abort();
      // What has begun just now ends with the others of its kind.
      await Promise.allSettled(waiting);
    };
  },
};
