import type { Fault } from '../fault.ts';
import { judgeKilled } from './judge-killed.ts';

/** A container that starts anew in its Pod is Ready at once, and not yet fit. */
export const warmsUpAgain: Fault = {
  name: 'warms-up-again',
  does: 'the server of one of three Pods is killed, its container starts anew, is Ready at once and answers 503 for 2.5 s',
  app: { replicas: 3, env: { WARM_UP_AGAIN_MS: '2500' }, countsStarts: true },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 200 }],
  ends: 'containers',
  play: async (stage) => {
    const [victim] = await stage.pods();
    if (victim === undefined) throw new Error('there is no Pod');
    const restarts = await stage.killServer(victim);
    await stage.untilTold('warming-up', victim);
    await stage.wait(2500);
    return { victims: [victim], restarts: new Map([[victim.uid, restarts]]) };
  },
  judge: (request, truth) => {
    if (truth.of(request, 'warming-up') !== undefined) return { cause: 'replacement-not-ready' };
    return truth.of(request, 'arrived') === undefined
      ? { notCounted: 'no server had it: the container was away' }
      : judgeKilled(request, truth);
  },
};
