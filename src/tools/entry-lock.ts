import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';

/** A lock that is held. */
export interface EntryLock {
  release(): void;
}

/**
 * Takes the lock at `path`, or returns undefined when another process, or another build in this one, holds it.
 *
 * SQLite is used for its file lock alone (the file stays empty): the kernel drops it when the holder ends,
 * however it ends, so that a lock is never stale and no process id has to be guessed about.
 */
export function tryEntryLock(path: string): EntryLock | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return { release: () => database.close() };
}

const pollMs = 100;

/** Waits for the lock; `onWaiting` is called about ten times a second meanwhile. Throws the signal's reason on abort. */
export async function acquireEntryLock(
  path: string,
  onWaiting: () => void | Promise<void>,
  signal: AbortSignal | undefined,
): Promise<EntryLock> {
  for (;;) {
    signal?.throwIfAborted();
    const lock = tryEntryLock(path);
    if (lock !== undefined) return lock;
    await onWaiting();
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
  }
}

const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
