import type { Stage } from '../stage.ts';

/** Does something again and again until the function that is returned is called. */
export function everySoOften(stage: Stage, everyMs: number, act: () => Promise<void>): () => Promise<void> {
  const over = new AbortController();
  const going = (async () => {
    while (!over.signal.aborted) {
      await act();
      await stage.wait(everyMs);
    }
  })();
  // Told to whoever ends it.
  going.catch(() => undefined);
  return () => {
    over.abort();
    return going;
  };
}
