import type { Fault } from '../fault.ts';

const EVERY_MS = 250;

/** The nodes forget connections in the middle: what still comes of them is led astray, and refused where it ends up. */
export const trackingLost: Fault = {
  name: 'tracking-lost',
  does: 'one of three Pods goes well, while the nodes’ connection tracking is emptied again and again',
  app: { replicas: 3, env: { ON_SIGTERM: 'serve', LINGER_MS: '5000', LATENCY_MS: '60' }, graceSeconds: 15 },
  loads: [
    {
      name: 'keep-alive',
      connections: 'keep-alive',
      concurrency: 40,
      ratePerSecond: 120,
      responseTimeoutMs: 1500,
    },
  ],
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    await stage.delete(victims);
    const nodePort = await stage.nodePort();
    for (let turn = 0; turn < 8; turn++) {
      for (const node of stage.network.nodes) {
        const filter = ['--state', 'ESTABLISHED', '--orig-port-dst', `${nodePort}`];
        for (const clientPort of await stage.network.forget(node, filter)) {
          stage.mark('forgotten', { clientPort });
        }
      }
      await stage.wait(EVERY_MS);
    }
    return victims;
  },
  judge: (request, truth) => {
    if (!truth.touched(request, 'forgotten')) return { notCounted: 'nobody forgot this connection' };
    return request.outcome === 'reset' || request.outcome === 'response-timeout'
      ? { cause: 'reset-in-between' }
      : { notCounted: `${request.outcome}: not what comes of a forgotten connection` };
  },
};
