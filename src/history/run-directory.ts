import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { giveToCaller } from './give-to-caller.ts';

export interface RunDirectory {
  /** `<UTC start>-<short id>`, e.g. `20250102T030405Z-a1b2c3`. */
  readonly runId: string;
  readonly path: string;
  /** The folder that holds all runs, and the `latest` link. */
  readonly reportsRoot: string;
}

/**
 * Makes `<reportsRoot>/<scenario>/<UTC start>-<short id>/trials/`.
 * Fails with `run-directory-not-created` where the disk or the permissions do not allow it.
 */
export async function createRunDirectory(options: {
  readonly reportsRoot: string;
  readonly scenarioName: string;
  readonly startedAt: Date;
}): Promise<RunDirectory> {
  const stamp = options.startedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  const runId = `${stamp}-${randomBytes(3).toString('hex')}`;
  const path = join(options.reportsRoot, options.scenarioName, runId);
  try {
    const made = await mkdir(dirname(path), { recursive: true });
    // Logs are in it, and names of what runs where: whoever is to see them is given a copy.
    await mkdir(path, { mode: 0o700 });
    await mkdir(join(path, 'trials'));
    await giveToCaller(made ?? path);
  } catch (error) {
    throw new DrainbenchError({
      code: 'run-directory-not-created',
      message: `The run directory ${path} could not be made: ${error instanceof Error ? error.message : String(error)}`,
      fix: 'Choose another place for the results, or make this one writable.',
      cause: error,
    });
  }
  return { runId, path, reportsRoot: options.reportsRoot };
}
