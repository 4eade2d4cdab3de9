import type { Fault } from '../fault.ts';
import { judgeKilled } from './judge-killed.ts';

const HOLD_MS = 4000;

/** SIGKILL because the grace period is over. */
export const graceRunsOut: Fault = {
  name: 'grace-runs-out',
  does: 'two of three Pods are deleted, ignore SIGTERM and hold 4 s requests when their grace period of two seconds is over',
  app: { replicas: 3, env: { ON_SIGTERM: 'ignore' }, graceSeconds: 2 },
  loads: [
    {
      name: 'fresh',
      connections: 'fresh',
      ratePerSecond: 70,
      path: `/?holdMs=${HOLD_MS}`,
      responseTimeoutMs: 7000,
    },
    {
      name: 'keep-alive',
      connections: 'keep-alive',
      concurrency: 90,
      ratePerSecond: 20,
      path: `/?holdMs=${HOLD_MS}`,
      responseTimeoutMs: 7000,
    },
  ],
  baselineMs: HOLD_MS + 200,
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 2);
    await stage.delete(victims);
    return victims;
  },
  judge: judgeKilled,
};
