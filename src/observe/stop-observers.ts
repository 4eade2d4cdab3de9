import type { Observer } from './observer.ts';

/**
 * Stops them one after the other, in this order. One that fails leaves none of the others running: what it threw (the
 * first, of several) is thrown in the end.
 */
export async function stopObservers(observers: readonly Observer[]): Promise<void> {
  const failures: unknown[] = [];
  for (const observer of observers) {
    await observer.stop().catch((error: unknown) => {
      failures.push(error);
    });
  }
  if (failures.length > 0) throw failures[0];
}

/** The same side by side, where each takes its time: resolves, or throws the first failure, when all have stopped. */
export async function stopConcurrently(observers: readonly Observer[]): Promise<void> {
  const stopped = await Promise.allSettled(observers.map((observer) => observer.stop()));
  for (const outcome of stopped) if (outcome.status === 'rejected') throw outcome.reason;
}

/**
 * Those that are being started, when all of them look. Where one cannot be started the others are stopped, and what it
 * failed with is thrown.
 */
export async function allStarted<T extends Observer>(starting: readonly Promise<T>[]): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(starting);
  const started = outcomes.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = outcomes.find((each) => each.status === 'rejected');
  if (failed === undefined) return started;
  await stopConcurrently(started).catch(() => undefined); // must not hide the reason
  throw failed.reason;
}
