import type { Fault } from '../fault.ts';
import { judgeUnheard } from './judge-unheard.ts';

/** Clients that go to the Pods by a headless name: without Pods it has no address. */
export const nameWithoutAddress: Fault = {
  name: 'name-without-address',
  does: 'the Deployment is scaled to zero; what counts begins when the name server knows no address of the headless name, and ends with the order to scale up',
  app: { replicas: 2, env: { ON_SIGTERM: 'serve', LINGER_MS: '1500' } },
  loads: [{ name: 'by-name', from: 'inside', via: 'headless', connections: 'fresh', ratePerSecond: 80 }],
  // Clients go to the Pods' own addresses.
  unfit: {
    'colliding-ports': 'no node chooses a Pod for the load, nor gives it a port there',
    'dropped-syns': 'no node chooses a Pod for the load, nor has its SYNs to drop',
  },
  play: async (stage) => {
    const pods = await stage.pods();
    await stage.scale(0);
    await stage.untilNameIs('unknown');
    await stage.wait(CACHED_MS);
    stage.mark('name-gone');
    await stage.wait(2500);
    await stage.scale(pods.length);
    return pods;
  },
  judge: (request, truth) => {
    const from = truth.first('name-gone')?.atNs ?? Infinity;
    const to = truth.lines.find(({ what, atNs }) => what === 'scale' && atNs > from)?.atNs ?? -Infinity;
    if ((request.startNs ?? 0) < from) return { notCounted: 'began while the name still had addresses' };
    if ((request.endNs ?? Infinity) > to) return { notCounted: 'ended while the first Pods came back' };
    return judgeUnheard(request, truth, { cause: 'no-endpoints', fromNs: from, toNs: to });
  },
};

/** Longer than any client of ours, or the name server, goes on with what it knew. */
const CACHED_MS = 5500;
