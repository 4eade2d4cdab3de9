import { writeChunksAtomically } from './write-chunks-atomically.ts';

/**
 * Writes a whole file or none: temporary file beside it, fsync, rename. Parent folders are made.
 * Fails with `file-not-written` (disk full, no permission …); the old content is then still in place.
 */
export async function writeFileAtomically(path: string, content: string): Promise<void> {
  await writeChunksAtomically(path, [content]);
}
