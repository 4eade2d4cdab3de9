import type { DisruptionKind } from './disruption-kind.ts';

/** Nothing happens: the negative control, and the measure of everything else's noise. */
export const none: DisruptionKind<'none'> = {
  rights: [],
  needs: [],
  leavesWorkload: true,
  run: () => Promise.resolve({ victims: [] }),
};
