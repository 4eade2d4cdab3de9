import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import writeFileAtomic from 'write-file-atomic';

import { DrainbenchError } from '../model/drainbench-error.ts';

/**
 * Writes a whole file or none: temporary file beside it, fsync, rename. Parent folders are made.
 * Fails with `file-not-written` (disk full, no permission …); the old content is then still in place.
 */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, content);
  } catch (error) {
    throw new DrainbenchError({
      code: 'file-not-written',
      message: `${path} could not be written: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'Make room on that disk or make the folder writable, then run `drainbench report RUN_DIR`.',
      cause: error,
    });
  }
}
