import type { DisruptionRunner } from './disruption-context.ts';

/** Nothing happens: the negative control, and the measure of everything else's noise. */
export const none: DisruptionRunner<'none'> = () => Promise.resolve([]);
