import type { Fault } from '../fault.ts';
import { judgeUnheard } from './judge-unheard.ts';

/** A Service without Pods: every node rejects. */
export const scaledToZero: Fault = {
  name: 'scaled-to-zero',
  does: 'the Deployment is scaled to zero; what counts begins when every node rejects, and ends with the order to scale up',
  app: { replicas: 2, env: { ON_SIGTERM: 'serve', LINGER_MS: '1500' } },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 100, connectTimeoutMs: 500 }],
  unfit: { 'address-reuse': 'whether the Pod is gone is told by nobody having its address' },
  play: async (stage) => {
    const pods = await stage.pods();
    await stage.scale(0);
    await stage.untilReady(0);
    await stage.untilUnreachable(pods);
    await stage.untilServiceRejects();
    stage.mark('only-rejects');
    await stage.wait(2500);
    await stage.scale(pods.length);
    return pods;
  },
  judge: (request, truth) => {
    const from = truth.first('only-rejects')?.atNs ?? Infinity;
    const to = truth.lines.find(({ what, atNs }) => what === 'scale' && atNs > from)?.atNs ?? -Infinity;
    if ((request.startNs ?? 0) < from) return { notCounted: 'began while the last Pods went' };
    if ((request.endNs ?? Infinity) > to) return { notCounted: 'ended while the first Pods came back' };
    return judgeUnheard(request, truth, { cause: 'no-endpoints', fromNs: from, toNs: to });
  },
};
