import { lstat, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

import { DEFAULT_PATH, findMissing, type FileFact, type MissingPrograms } from '../model/find-programs.ts';

/**
 * Which of these programs cannot be started in the container of process `pid`, as the process sees the file system.
 * `null` where that cannot be looked at.
 */
export async function missingPrograms(
  pid: number,
  programs: readonly string[],
): Promise<MissingPrograms | null> {
  if (programs.length === 0) return { missing: [], path: '', elsewhere: {} };
  const root = `/proc/${pid}/root`;
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    const path = /(?:^|\0)PATH=([^\0]*)/.exec(environment)?.[1] ?? DEFAULT_PATH;
    await lstat(join(root, '/'));
    return await findMissing(programs, path, (file) => lookAt(join(root, file)));
  } catch {
    return null; // EACCES; ENOENT or ESRCH where the process is gone
  }
}

async function lookAt(path: string): Promise<FileFact | null> {
  const stat = await lstat(path).catch(ignoreAbsence);
  if (stat === null) return null;
  if (stat.isSymbolicLink()) return { kind: 'link', target: await readlink(path) };
  if (stat.isFile()) return { kind: 'file', executable: (stat.mode & 0o111) !== 0 };
  return { kind: stat.isDirectory() ? 'folder' : 'other' };
}

function ignoreAbsence(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}
