import type { Distractor } from '../distractor.ts';

const COMPANION_PORT = 8091;

export const logShipper: Distractor = {
  name: 'log-shipper',
  does: 'a log shipper beside the server starts and signals children all the time, ends as soon as its Pod is told to go, and in one Pod that stays it leaves and is started anew',
  happenings: ['companion-child-ended'],
  dressApp: (app) => ({ ...app, companion: true }),
  begin: async (stage) => {
    const pod = (await stage.pods()).at(-1);
    if (pod !== undefined) {
      await stage.command(pod, 'leave', COMPANION_PORT);
      stage.mark('companion-left');
    }
    return () => Promise.resolve();
  },
};
