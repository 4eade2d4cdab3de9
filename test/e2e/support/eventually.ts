import { setTimeout as sleep } from 'node:timers/promises';

/** Tries again until it does not throw, for 20 s at most unless told; for states that a cluster reaches by itself. */
export async function eventually<T>(probe: () => Promise<T> | T, withinMs = 20_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
}
