import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

import { useThenClose } from '../model/use-then-close.ts';
import { fileNotWritten } from './file-not-written.ts';

/**
 * Writes a whole file or none, chunk by chunk as they are made: `….partial` beside it, fsync, rename. Parent folders
 * are made. Fails with `file-not-written`; the old content is then still in place. An error of whoever makes the
 * chunks goes on as it is.
 */
export async function writeChunksAtomically(path: string, chunks: Iterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  const failed = (error: unknown): never => {
    throw fileNotWritten(path, error);
  };
  await mkdir(dirname(path), { recursive: true }).catch(failed);
  // A link that somebody has put there is removed, and never followed.
  await rm(partial, { force: true }).catch(failed);
  const file = await open(partial, 'wx').catch(failed);
  try {
    const write = async () => {
      for (const chunk of chunks) await file.writeFile(chunk).catch(failed);
      await file.sync().catch(failed);
    };
    await useThenClose(write, () => file.close().catch(failed));
    await rename(partial, path).catch(failed);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined); // must not hide the reason
    throw error;
  }
}
