import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { isErrno } from '../../model/errno.ts';

/**
 * The directory of a run below `reports/`, by its id in either case; `null` when it is not there.
 *
 * @throws DrainbenchError `reports-unreadable`: without its journal less would be known of the run, and more removed.
 */
export async function findRunDirectory(reportsRoot: string, runId: string): Promise<string | null> {
  for (const scenario of await namesIn(reportsRoot)) {
    const runs = await namesIn(join(reportsRoot, scenario));
    const found = runs.find((name) => name.toLowerCase() === runId.toLowerCase());
    if (found !== undefined) return join(reportsRoot, scenario, found);
  }
  return null;
}

/** None of what is not there, or is a file. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw new DrainbenchError({
      code: 'reports-unreadable',
      message: `whether the journal of the run is in ${folder} cannot be seen`,
      found: error instanceof Error ? error.message : String(error),
      fix: 'make it readable, or name another folder with --reports',
      cause: error,
    });
  }
}
