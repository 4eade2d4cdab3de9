import type { DrivenLoad } from '../load/drive-load.ts';
import { loadFailed } from './load-failed.ts';

/**
 * Takes a step of a trial while its loads run. One that dies ends the step at once instead of being found out at its
 * end: the step is called off then, and waited for, as whatever it does to the cluster must be done before the trial is
 * tidied away.
 *
 * @throws DrainbenchError `load-failed` with the load's last words; what the step throws.
 */
export async function whileLoadsRun<T>(
  loads: readonly Pick<DrivenLoad, 'ended'>[],
  signal: AbortSignal,
  step: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const calledOff = new AbortController();
  const working = step(AbortSignal.any([signal, calledOff.signal]));
  const died = loads.map(({ ended }) =>
    ended.then(
      () => {
        throw loadFailed(new Error('it stopped before it was told to'));
      },
      (error: unknown) => {
        throw loadFailed(error);
      },
    ),
  );
  try {
    return await Promise.race([working, ...died]);
  } catch (error) {
    calledOff.abort();
    await working.catch(() => undefined);
    throw error;
  }
}
