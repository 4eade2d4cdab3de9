import type { Fault } from '../fault.ts';
import { judgeUnheard } from './judge-unheard.ts';

/** The classic: the listener closes on SIGTERM, and no node has heard yet that the Pod goes. */
export const listenerClosedOnSigterm: Fault = {
  name: 'listener-closed-on-sigterm',
  does: 'one of three Pods is deleted and closes its listener on SIGTERM; every kube-proxy keeps its rules for 2.5 s',
  app: {
    replicas: 3,
    env: { ON_SIGTERM: 'close-listener', LINGER_MS: '6000' },
    graceSeconds: 15,
  },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 180 }],
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    await stage.withRulesKept(async () => {
      await stage.delete(victims);
      for (const victim of victims) await stage.untilTold('closing-listener', victim);
      await stage.wait(2500);
    });
    return victims;
  },
  judge: (request, truth) => {
    const closing = truth.first('closing-listener');
    return judgeUnheard(request, truth, {
      cause: 'listener-closed-still-routed',
      fromNs: closing?.atNs,
      toNs: truth.first('exiting', closing?.pod ?? undefined)?.atNs,
    });
  },
};
