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
