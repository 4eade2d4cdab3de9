import type { Fault } from '../fault.ts';
import { judgeKilled } from './judge-killed.ts';

const HOLD_MS = 3500;
/** More than two sockets' buffers hold before anybody reads. */
const BODY = 'b'.repeat(320 * 1024);

/** SIGKILL finds servers that have read the beginning of an upload, while its client still sends. */
export const uploadKilled: Fault = {
  name: 'upload-killed',
  does: 'two of three Pods are force-deleted while they read uploads slowly, so that most bodies are still under way',
  app: { replicas: 3, env: { ON_SIGTERM: 'ignore' } },
  loads: [
    {
      name: 'fresh',
      connections: 'fresh',
      ratePerSecond: 30,
      path: `/?upload=stalled&holdMs=${HOLD_MS}`,
      method: 'POST',
      body: BODY,
      responseTimeoutMs: 6000,
    },
    {
      name: 'keep-alive',
      connections: 'keep-alive',
      concurrency: 80,
      ratePerSecond: 15,
      path: `/?upload=stalled&holdMs=${HOLD_MS}`,
      method: 'POST',
      body: BODY,
      responseTimeoutMs: 6000,
    },
  ],
  baselineMs: HOLD_MS + 500,
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 2);
    await stage.delete(victims, 0);
    return victims;
  },
  judge: (request, truth) =>
    truth.of(request, 'body-read') === undefined
      ? judgeKilled(request, truth)
      : { notCounted: 'its body had been read just before the end' },
};
