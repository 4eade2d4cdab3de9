import type { Fault } from '../fault.ts';

/** A load generator that ends its own connections under its own requests. */
export const ownConnections: Fault = {
  name: 'own-connections',
  does: 'a script inside the load generator ends connections with requests on them, by FIN and by RST',
  app: { replicas: 2, env: { LATENCY_MS: '100' } },
  loads: [
    { name: 'fresh', connections: 'fresh', ratePerSecond: 80 },
    { name: 'keep-alive', connections: 'keep-alive', concurrency: 20, ratePerSecond: 80 },
  ],
  ends: 'nothing',
  inLoadGenerator: new URL('../client/kill-own-connections.js', import.meta.url).pathname,
  play: async (stage) => {
    await stage.tellLoadGenerators(true);
    await stage.wait(3000);
    await stage.tellLoadGenerators(false);
    return [];
  },
  judge: (request, truth) =>
    truth.wasKilledByClient(request)
      ? { cause: 'client' }
      : { notCounted: 'the load generator does not say that it ended this connection' },
};
