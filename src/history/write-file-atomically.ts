import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import writeFileAtomic from 'write-file-atomic';

import { fileNotWritten } from './file-not-written.ts';

/**
 * Writes a whole file or none: temporary file beside it, fsync, rename. Parent folders are made.
 * Fails with `file-not-written` (disk full, no permission …); the old content is then still in place.
 */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, content);
  } catch (error) {
    throw fileNotWritten(path, error);
  }
}
