import type { Fault } from '../fault.ts';
import { judgeKilled } from './judge-killed.ts';

const HOLD_MS = 3500;

/** Requests under way when SIGKILL comes. */
export const killedByForceDelete: Fault = {
  name: 'killed-by-force-delete',
  does: 'two of three Pods are force-deleted and ignore SIGTERM, so that SIGKILL finds them with 3.5 s requests in hand',
  app: { replicas: 3, env: { ON_SIGTERM: 'ignore' } },
  loads: [
    {
      name: 'fresh',
      connections: 'fresh',
      ratePerSecond: 80,
      path: `/?holdMs=${HOLD_MS}`,
      responseTimeoutMs: 6000,
    },
    {
      name: 'keep-alive',
      connections: 'keep-alive',
      concurrency: 80,
      ratePerSecond: 20,
      path: `/?holdMs=${HOLD_MS}`,
      responseTimeoutMs: 6000,
    },
  ],
  baselineMs: HOLD_MS + 500,
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 2);
    await stage.delete(victims, 0);
    return victims;
  },
  judge: judgeKilled,
};
