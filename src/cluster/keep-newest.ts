import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes all but the newest so many entries of a folder, by the time of their last change; returns the names of those
 * removed. A folder that is not there has none.
 */
export async function keepNewest(folder: string, count: number): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const entries = await Promise.all(
    names.map(async (name) => ({
      name,
      // What is gone meanwhile is the oldest.
      changedMs: await stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  const old = entries.toSorted((left, right) => right.changedMs - left.changedMs).slice(count);
  for (const { name } of old) await rm(join(folder, name), { recursive: true, force: true });
  return old.map(({ name }) => name);
}
