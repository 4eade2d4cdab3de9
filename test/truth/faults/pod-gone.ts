import type { Fault } from '../fault.ts';

/** First the Pod's listener and then its network are gone, and the rules of every node still lead there. */
export const podGone: Fault = {
  name: 'pod-gone',
  does: 'one of three Pods is deleted and gone at once; every kube-proxy keeps its rules for 3 s after',
  app: { replicas: 3, env: { ON_SIGTERM: 'exit' } },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 180, connectTimeoutMs: 500 }],
  unfit: { 'address-reuse': 'whether the Pod is gone is told by nobody having its address' },
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    await stage.withRulesKept(async () => {
      await stage.delete(victims);
      await stage.untilUnreachable(victims);
      await stage.wait(3000);
    });
    return victims;
  },
  judge: (request, truth) => {
    const { startNs, endNs } = request;
    if (startNs === null || endNs === null) return { notCounted: 'never sent' };
    if (truth.of(request, 'arrived') !== undefined)
      return { notCounted: 'the server had it, and then ended' };
    const silentSince = truth.first('silent-since')?.atNs ?? Infinity;
    if (startNs >= silentSince) return { cause: 'pod-gone-still-routed' };
    // A process that says that it exits still listens: what comes then waits in its queue, and dies with it.
    const refused = truth.first('refused-until')?.atNs ?? Infinity;
    const refusedUntil = truth.lines.findLast(({ what }) => what === 'refused-until')?.atNs ?? -Infinity;
    return startNs > refused && endNs < refusedUntil
      ? { cause: 'listener-closed-still-routed' }
      : { notCounted: 'under way just when the server ended, or when its network went' };
  },
};
