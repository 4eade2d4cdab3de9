import { DrainbenchError } from '../model/drainbench-error.ts';

/** The error a user can act on when the cache folder cannot be written to; undefined when that is not the cause. */
export function cacheFailure(cacheDir: string, cause: unknown): DrainbenchError | undefined {
  const code = codeOf(cause);
  if (code === undefined || !(cause instanceof Error)) return undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DrainbenchError({
      code: 'disk-full',
      message: `The tool cache cannot be written to, the disk is full: ${cacheDir}`,
      expected: 'about 1 GB free for all tools',
      found: cause.message,
      fix: `free some space, then try again: df -h ${cacheDir}`,
      cause,
    });
  }
  if (!notWritable.has(code)) return undefined;
  return new DrainbenchError({
    code: 'cache-not-writable',
    message: `The tool cache cannot be written to: ${cacheDir}`,
    expected: 'a folder that this user may write to',
    found: cause.message,
    fix: 'name another one: export XDG_CACHE_HOME=/path/to/a/folder',
    cause,
  });
}

/** SQLite's "unable to open database file", "attempt to write a readonly database", "disk I/O error". */
const sqliteCannotWrite = new Set([14, 8, 10]);
const notWritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'sqlite']);

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && sqliteCannotWrite.has(Number(error.errcode))) return 'sqlite';
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
