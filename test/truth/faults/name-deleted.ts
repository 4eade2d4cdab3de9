import type { Fault } from '../fault.ts';
import { judgeUnheard } from './judge-unheard.ts';

/** The name is gone, and the Pods are all there. */
export const nameDeleted: Fault = {
  name: 'name-deleted',
  does: 'the headless Service is deleted while all of its Pods serve on, so that nobody knows its name',
  app: { replicas: 2, env: {} },
  loads: [{ name: 'by-name', from: 'inside', via: 'headless', connections: 'fresh', ratePerSecond: 60 }],
  ends: 'nothing',
  // Clients go to the Pods' own addresses.
  unfit: {
    'colliding-ports': 'no node chooses a Pod for the load, nor gives it a port there',
    'dropped-syns': 'no node chooses a Pod for the load, nor has its SYNs to drop',
  },
  play: async (stage) => {
    await stage.deleteHeadlessService();
    await stage.untilNameIs('unknown');
    stage.mark('name-gone');
    await stage.wait(8500);
    stage.mark('over');
    return [];
  },
  judge: (request, truth) =>
    judgeUnheard(request, truth, {
      cause: 'name-not-found',
      fromNs: truth.first('name-gone')?.atNs,
      toNs: Infinity,
    }),
};
