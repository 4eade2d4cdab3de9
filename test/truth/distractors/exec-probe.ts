import type { Distractor } from '../distractor.ts';

const PROBE = ['sh', '-c', 'printf x >> /tmp/probe-ran; sleep 0.03'];

export const execProbe: Distractor = {
  name: 'exec-probe',
  does: 'an exec liveness probe runs in the server’s container every other second',
  happenings: ['probe-ran'],
  dressApp: (app) => ({ ...app, execProbe: PROBE }),
};
