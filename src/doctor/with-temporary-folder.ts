import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes a folder inside `parent`, lends it to `use`, and removes it with all it holds. */
export async function withTemporaryFolder<T>(
  parent: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(parent, '.drainbench-doctor-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
