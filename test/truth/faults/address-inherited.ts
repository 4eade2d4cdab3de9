import type { Fault } from '../fault.ts';

const DEAF_MS = '1800';

/** The replacement has the address of the Pod that it replaces, and the old rules of every node still lead there. */
export const addressInherited: Fault = {
  name: 'address-inherited',
  does: 'one of three Pods is deleted and gone at once; its replacement gets its address and listens 1.8 s later, while every kube-proxy keeps its rules',
  app: { replicas: 3, env: { ON_SIGTERM: 'exit', LISTEN_AFTER_MS: DEAF_MS } },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 180, connectTimeoutMs: 500 }],
  unfit: { 'address-reuse': 'somebody else would have the address first' },
  play: async (stage) => {
    const victims = await stage.lonelyPods();
    await stage.withRulesKept(async () => {
      // Nobody makes a replacement before the address is free.
      await stage.withoutControllers(async () => {
        await stage.delete(victims);
        for (const victim of victims) await stage.reserveNext(victim);
      });
      for (const { ip } of victims) {
        await stage.until('a replacement has the address', async () =>
          (await stage.addressesInUse()).some((address) => address === ip),
        );
      }
      await stage.wait(2500);
    });
    return victims;
  },
  judge: (request, truth) => {
    if (truth.of(request, 'arrived') !== undefined) return { notCounted: 'a server had it all the same' };
    const reserved = truth.first('address-reserved')?.atNs ?? Infinity;
    const replacement = truth.lines.find(({ what, atNs }) => what === 'started' && atNs > reserved);
    const listens = truth.first('listening', replacement?.pod ?? '')?.atNs ?? Infinity;
    const { startNs, endNs } = request;
    if (replacement === undefined || startNs === null || endNs === null || startNs < replacement.atNs) {
      return { notCounted: 'began before the replacement had the address' };
    }
    return endNs < listens
      ? { cause: 'pod-gone-still-routed' }
      : { notCounted: 'ended when the replacement listened' };
  },
};
