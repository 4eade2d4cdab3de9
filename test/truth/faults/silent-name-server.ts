import type { Fault } from '../fault.ts';
import { judgeUnheard } from './judge-unheard.ts';

/** The Pods are all there, and nobody says where. */
export const silentNameServer: Fault = {
  name: 'silent-name-server',
  does: 'the name servers of the cluster do nothing for 9 s while all Pods serve on',
  app: { replicas: 2, env: {} },
  loads: [
    {
      name: 'by-name',
      from: 'inside',
      via: 'headless',
      connections: 'fresh',
      ratePerSecond: 60,
      connectTimeoutMs: 1000,
    },
  ],
  ends: 'nothing',
  // Clients go to the Pods' own addresses.
  unfit: {
    'colliding-ports': 'no node chooses a Pod for the load, nor gives it a port there',
    'dropped-syns': 'no node chooses a Pod for the load, nor has its SYNs to drop',
  },
  play: async (stage) => {
    await stage.withSilentNameServer(() => stage.wait(9000));
    return [];
  },
  judge: (request, truth) =>
    judgeUnheard(request, truth, {
      cause: 'name-server-silent',
      fromNs: truth.first('name-server-stopped')?.atNs,
      toNs: truth.first('name-server-goes-on')?.atNs,
    }),
};
