import type { Fault } from '../fault.ts';

const DEAF_MS = 2500;

/** The address of a Pod that is gone belongs to somebody else, and the rules of every node still lead there. */
export const addressTaken: Fault = {
  name: 'address-taken',
  does: 'one of three Pods is deleted and gone at once; a Pod of somebody else gets its address, refuses and then answers 404, while every kube-proxy keeps its rules',
  app: { replicas: 3, env: { ON_SIGTERM: 'exit' } },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 150, connectTimeoutMs: 500 }],
  unfit: { 'address-reuse': 'that is the fault itself' },
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    await stage.withRulesKept(async () => {
      await stage.delete(victims);
      for (const victim of victims) {
        const stranger = await stage.startStranger(victim, { LISTEN_AFTER_MS: `${DEAF_MS}`, ANSWERS: '404' });
        if (stranger.ip !== victim.ip) throw new Error(`the address ${victim.ip} went to somebody else`);
        await stage.untilTold('started', stranger);
        await stage.untilTold('listening', stranger);
        await stage.wait(1500);
      }
    });
    return victims;
  },
  judge: (request, truth) => {
    if (truth.of(request, 'strange') !== undefined) return { cause: 'pod-gone-still-routed' };
    if (truth.of(request, 'arrived') !== undefined) return { notCounted: 'a server had it all the same' };
    const stranger = truth.lines.find(({ what, pod }) => what === 'started' && isStranger(pod));
    const { startNs, endNs } = request;
    const free = truth.first('rules-free')?.atNs ?? Infinity;
    if (startNs === null || endNs === null || stranger === undefined || startNs < stranger.atNs)
      return { notCounted: 'began before somebody else had the address' };
    if (endNs > free) return { notCounted: 'ended when the rules were no longer kept' };
    return { cause: 'pod-gone-still-routed' };
  },
};

function isStranger(pod: string | null): boolean {
  return pod?.startsWith('stranger-') === true;
}
