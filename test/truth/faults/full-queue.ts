import type { Fault } from '../fault.ts';

/** A server that is so busy that nobody accepts: its queue is full, and SYNs are dropped. */
export const fullQueue: Fault = {
  name: 'full-queue',
  does: 'one of two servers does nothing for 3 s, its queue of four fills up, and it stays Ready',
  app: { replicas: 2, env: { BACKLOG: '4' } },
  loads: [
    {
      name: 'fresh',
      connections: 'fresh',
      ratePerSecond: 100,
      connectTimeoutMs: 600,
      responseTimeoutMs: 700,
    },
  ],
  ends: 'nothing',
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    for (const victim of victims) await stage.command(victim, 'block?ms=3000');
    await stage.wait(3200);
    return victims;
  },
  judge: (request, truth) => {
    const from = truth.first('blocking')?.atNs ?? Infinity;
    const to = truth.first('unblocked')?.atNs ?? -Infinity;
    const { startNs, endNs, outcome } = request;
    if (startNs === null || endNs === null || endNs < from || startNs > to) {
      return { notCounted: 'not under way while the server did nothing' };
    }
    return outcome === 'connect-timeout' || outcome === 'response-timeout'
      ? { cause: 'overload' }
      : { notCounted: `${outcome}: a server that does nothing cannot do that` };
  },
};
