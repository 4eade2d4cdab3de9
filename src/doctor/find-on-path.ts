import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';

/** The first executable file of that name on `path` (the value of PATH), or null. */
export function findOnPath(command: string, path: string | undefined): string | null {
  for (const folder of (path ?? '').split(':')) {
    if (folder === '') continue;
    const file = join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here, or not ours to run: look further.
    }
  }
  return null;
}
