import type { Distractor } from '../distractor.ts';

/** Ends some hundred milliseconds after the delete, with children of its own: their ends are not the server's. */
const HOOK = ['sh', '-c', 'for i in 1 2 3; do printf x >> /tmp/hook-ran; sleep 0.08; done'];

export const execHook: Distractor = {
  name: 'exec-hook',
  does: 'each Pod has an exec preStop hook, whose processes come and go in the server’s own container just before the stop signal',
  happenings: ['hook-ran'],
  needsGoing: true,
  dressApp: (app) => ({ ...app, hook: HOOK }),
};
