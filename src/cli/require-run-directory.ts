import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';

/**
 * The real path of a run directory that a user named (`reports/latest` is a link). In it are files and folders alone: a
 * link, in a directory that somebody else has made, would have us read or write elsewhere with our rights.
 *
 * @throws DrainbenchError `run-directory-missing`, `run-directory-links`: exit code 64.
 */
export async function requireRunDirectory(directory: string): Promise<string> {
  const path = await realpath(directory).catch((cause: unknown) => {
    throw new DrainbenchError({
      code: 'run-directory-missing',
      message: `there is no run directory ${directory}`,
      fix: 'drainbench run scenarios/prestop-on-delete.yaml',
      exitCode: EXIT.usage,
      cause,
    });
  });
  // What is no folder its readers say.
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch((): Dirent[] => []);
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory());
  if (odd === undefined) return path;
  throw new DrainbenchError({
    code: 'run-directory-links',
    message: `${join(odd.parentPath, odd.name)} is no part of a run: it leads elsewhere`,
    expected: 'files and folders, as `drainbench run` writes them',
    found: odd.isSymbolicLink() ? 'a symbolic link' : 'a device, socket or pipe',
    fix: 'remove it, once you know who put it there',
    exitCode: EXIT.usage,
  });
}

/**
 * The same of a run that goes on: it does whatever its manifest says, with our rights.
 *
 * @throws DrainbenchError `run-of-another-user`: exit code 64.
 */
export async function requireOwnRunDirectory(directory: string): Promise<string> {
  const path = await requireRunDirectory(directory);
  const { uid } = await stat(path);
  const own = [process.geteuid?.(), Number(process.env['SUDO_UID'] ?? NaN)];
  if (own.includes(uid)) return path;
  throw new DrainbenchError({
    code: 'run-of-another-user',
    message: `${path} belongs to another user: what its manifest says is not run with your rights`,
    expected: `a run of user ${process.geteuid?.() ?? ''}`,
    found: `one of user ${uid}`,
    fix: 'let that user resume it; `drainbench report` may be called by anyone',
    exitCode: EXIT.usage,
  });
}
