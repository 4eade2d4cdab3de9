import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { isErrno } from '../model/errno.ts';
import type { PlannedTrial } from '../model/plan.ts';
import { fileNotWritten } from './file-not-written.ts';

/** Folder of one attempt below the run directory: `trials/<NNN>-<strategy>`, `….attempt2` for the repetition. */
export function trialDirectoryName(trial: PlannedTrial, attempt: number): string {
  const number = String(trial.number).padStart(3, '0');
  const label = trial.role === 'comparison' ? trial.strategy.name : trial.role;
  return `trials/${number}-${label}${attempt === 1 ? '' : `.attempt${attempt}`}`;
}

/** Makes the folder of one attempt, with its logs/ below, and returns its path. Fails with `file-not-written`. */
export async function createTrialDirectory(
  runPath: string,
  trial: PlannedTrial,
  attempt: number,
): Promise<string> {
  const path = join(runPath, trialDirectoryName(trial, attempt));
  try {
    await mkdir(dirname(path), { recursive: true });
    await mkdir(path); // a new one: what is there under this name is not ours
    await mkdir(join(path, 'logs'));
  } catch (error) {
    throw fileNotWritten(path, error);
  }
  return path;
}

/** The folders of all attempts of a run, relative to it, in the order of execution; none of a run that got to none. */
export async function listTrialDirectories(runPath: string): Promise<readonly string[]> {
  const entries = await readdir(join(runPath, 'trials'), { withFileTypes: true }).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => `trials/${entry.name}`)
    .sort(byNumberThenAttempt);
}

function byNumberThenAttempt(a: string, b: string): number {
  return orderOf(a) - orderOf(b) || (a < b ? -1 : 1);
}

function orderOf(directory: string): number {
  const match = /^trials\/(\d+)-.*?(?:\.attempt(\d+))?$/.exec(directory);
  return Number(match?.[1] ?? 0) * 1000 + Number(match?.[2] ?? 1);
}
