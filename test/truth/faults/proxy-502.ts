import type { Fault } from '../fault.ts';

/** The proxy of a Pod lives on, and the server behind it ends when it is told to. */
export const proxy502: Fault = {
  name: 'proxy-502',
  does: 'one of two Pods is deleted; its server ends at once, and the proxy before it answers 502 for 4 s',
  app: {
    replicas: 2,
    env: { ON_SIGTERM: 'exit' },
    proxy: { LINGER_MS: '4000', ANSWER_WITHIN_MS: '2000' },
    graceSeconds: 15,
  },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 50 },
    { name: 'keep-alive', connections: 'keep-alive', concurrency: 20, ratePerSecond: 120 },
  ],
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    await stage.delete(victims);
    for (const victim of victims) await stage.untilTold('sigterm', victim);
    await stage.wait(2500);
    return victims;
  },
  judge: (request, truth) => {
    const proxied = truth.of(request, 'proxy-502');
    if (proxied === undefined) return { notCounted: 'no proxy says that it answered 502' };
    const told = truth.first('sigterm', proxied.pod ?? undefined)?.atNs ?? Infinity;
    if (request.startNs === null || request.startNs < told)
      return { notCounted: 'began before the server behind the proxy was told to go' };
    return truth.of(request, 'arrived') === undefined
      ? { cause: 'draining-rejected' }
      : { notCounted: 'the server had it when it ended' };
  },
};
