import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The folder itself, or the nearest one above it that exists: the file system where it would be made. */
export function existingAncestor(folder: string): string {
  let current = resolve(folder);
  while (!existsSync(current)) current = dirname(current);
  return current;
}
