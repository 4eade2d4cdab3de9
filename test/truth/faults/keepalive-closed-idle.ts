import type { Fault } from '../fault.ts';

/** Kept-alive connections are closed as idle while the next request is on its way. */
export const keepaliveClosedIdle: Fault = {
  name: 'keepalive-closed-idle',
  does: 'the servers close kept-alive connections: right behind an answer (the next request crosses the close), or as idle with the next request unread',
  app: { replicas: 2, env: { LATENCY_MS: '25' } },
  loads: [
    // As fast as answers come: the next request leaves as soon as an answer is in.
    {
      name: 'crossing',
      engine: 'autocannon',
      connections: 'keep-alive',
      concurrency: 4,
      path: '/?close=crossing',
    },
    {
      name: 'unread',
      connections: 'keep-alive',
      concurrency: 20,
      ratePerSecond: 200,
      path: '/?close=unread',
    },
  ],
  ends: 'nothing',
  play: async (stage) => {
    const pods = await stage.pods();
    for (const pod of pods) await stage.command(pod, 'behave?as=close');
    await stage.wait(3000);
    for (const pod of pods) await stage.command(pod, 'behave?as=serve');
    return [];
  },
  judge: (request, truth) => {
    if (truth.of(request, 'arrived') !== undefined) return { notCounted: 'a server had it all the same' };
    return truth.wasClosedBefore(request)
      ? { cause: 'keepalive-race' }
      : { notCounted: 'no server says that it closed this connection' };
  },
};
