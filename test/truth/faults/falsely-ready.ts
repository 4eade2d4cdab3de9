import type { Fault } from '../fault.ts';

/** A new version that is Ready before it can serve. */
export const falselyReady: Fault = {
  name: 'falsely-ready',
  does: 'a rollout to a version that is Ready at once, listens only after 1.5 s and answers 503 for 1.5 s more; the old Pods go without failing anybody',
  app: { replicas: 2, env: { ON_SIGTERM: 'serve', LINGER_MS: '9000' }, graceSeconds: 20 },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 120 }],
  play: async (stage) => {
    const victims = await stage.pods();
    await stage.rollOut({ LISTEN_AFTER_MS: '1500', WARM_UP_MS: '1500' });
    await stage.wait(5000);
    return victims;
  },
  judge: (request, truth) => {
    if (truth.of(request, 'warming-up') !== undefined) return { cause: 'replacement-not-ready' };
    if (truth.of(request, 'arrived') !== undefined) return { notCounted: 'a server had it all the same' };
    const { startNs, endNs } = request;
    if (startNs === null || endNs === null) return { notCounted: 'never sent' };
    const deaf = truth.lines.some(({ what, pod, atNs }) => {
      if (what !== 'started' || pod === null || atNs > endNs) return false;
      return (truth.first('listening', pod)?.atNs ?? Infinity) > startNs;
    });
    return deaf
      ? { cause: 'replacement-not-ready' }
      : { notCounted: 'no server had it, and every server listened' };
  },
};
