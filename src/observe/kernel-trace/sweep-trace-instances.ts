import { readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

import { isMarkOfDead } from '../../model/process-mark.ts';
import { openTracefs } from './open-tracefs.ts';
import { ownerOfInstance } from './instance-name.ts';

/**
 * Removes the trace instances that dead drainbench processes left behind, and returns their names. Where tracefs
 * cannot be reached there is nothing that could have been left: none. Never rejects; what is in use is left alone.
 */
export async function sweepTraceInstances(): Promise<string[]> {
  const tracefs = await openTracefs().catch(() => null);
  if (tracefs === null) return [];
  const removed: string[] = [];
  try {
    const folder = join(tracefs.path, 'instances');
    for (const name of await readdir(folder).catch(() => [])) {
      const owner = ownerOfInstance(name);
      if (owner === null || !isMarkOfDead(owner)) continue;
      const gone = await rmdir(join(folder, name)).then(
        () => true,
        () => false, // EBUSY: someone reads it; ENOENT: another sweep was faster
      );
      if (gone) removed.push(name);
    }
  } finally {
    await tracefs.close();
  }
  return removed;
}
