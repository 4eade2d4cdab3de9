import { lchown, lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Gives files that root has written to the user who called sudo; does nothing without one. Links and files that have
 * another name elsewhere are left alone: they may lead to what was never ours to give.
 */
export async function giveToCaller(path: string): Promise<void> {
  const caller = findCaller();
  if (caller === null) return;
  const entries = await readdir(path, { recursive: true });
  for (const entry of ['.', ...entries]) {
    const file = join(path, entry);
    const found = await lstat(file);
    if (found.isDirectory() || (found.isFile() && found.nlink === 1)) await lchown(file, ...caller);
  }
}

/** The same for a link that we have made. */
export async function giveLinkToCaller(path: string): Promise<void> {
  const caller = findCaller();
  if (caller !== null) await lchown(path, ...caller);
}

function findCaller(): readonly [uid: number, gid: number] | null {
  const [uid, gid] = [Number(process.env['SUDO_UID']), Number(process.env['SUDO_GID'])];
  const called =
    process.geteuid?.() === 0 && Number.isSafeInteger(uid) && uid > 0 && Number.isSafeInteger(gid);
  return called ? [uid, gid] : null;
}
