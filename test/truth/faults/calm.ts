import type { Fault } from '../fault.ts';

/** Nothing is done, so that nothing may fail: what the other faults' servers and loads do by themselves. */
export const calm: Fault = {
  name: 'calm',
  does: 'nothing',
  app: { replicas: 2, env: {} },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 100 },
    { name: 'keep-alive', connections: 'keep-alive', concurrency: 20, ratePerSecond: 100 },
  ],
  ends: 'nothing',
  play: async (stage) => {
    await stage.wait(3000);
    return [];
  },
  judge: () => ({ cause: 'none' }),
};
