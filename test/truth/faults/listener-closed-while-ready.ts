import type { Fault } from '../fault.ts';
import { judgeUnheard } from './judge-unheard.ts';

/** The app closes its listener and stays Ready: nobody takes it out of rotation. */
export const listenerClosedWhileReady: Fault = {
  name: 'listener-closed-while-ready',
  does: 'one of two servers closes its listener for 2 s and stays Ready and routed',
  app: { replicas: 2, env: {} },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 150 }],
  ends: 'nothing',
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    for (const victim of victims) await stage.command(victim, 'close-listener');
    await stage.wait(2000);
    for (const victim of victims) await stage.command(victim, 'listen');
    return victims;
  },
  judge: (request, truth) =>
    judgeUnheard(request, truth, {
      cause: 'listener-closed-still-routed',
      fromNs: truth.first('closing-listener')?.atNs,
      toNs: Infinity,
    }),
};
