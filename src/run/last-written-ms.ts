import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** When anything in a run directory was written last, by the wall clock; ms. */
export async function lastWrittenMs(runPath: string): Promise<number> {
  const entries = await readdir(runPath, { recursive: true });
  const times = await Promise.all(
    // What goes while we look was not written last.
    ['.', ...entries].map((name) =>
      stat(join(runPath, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
}
