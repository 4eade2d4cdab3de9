import { constants } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';

import { DrainbenchError } from '../model/drainbench-error.ts';
import { useThenClose } from '../model/use-then-close.ts';

/** Never through a link that somebody has put there. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
/** Above this many waiting bytes `ready()` makes the writer wait. */
const HIGH_WATER_BYTES = 1 << 20;

export interface AppendOnlyFile {
  /** Queues text. Throws what an earlier write failed with, so that no failure is ever lost. */
  append(text: string): void;
  /** Resolves at once while the disk keeps up, else when it has caught up. */
  ready(): Promise<void>;
  /** Everything queued so far is on disk (fdatasync). */
  flush(): Promise<void>;
  /** Flushes, closes and, where the file was written under another name, renames it to its own. */
  close(): Promise<void>;
}

/**
 * A file that only grows, written in order with back-pressure. With `finalPath` the file bears that name only once
 * it is complete: what a reader finds there is whole. Every failure is thrown as `history-not-written`.
 */
export async function openAppendOnlyFile(path: string, finalPath?: string): Promise<AppendOnlyFile> {
  let failure: DrainbenchError | undefined;
  const fail = (error: unknown): DrainbenchError => (failure ??= notWritten(path, error));

  const handle = await open(path, APPEND).catch((error: unknown) => {
    throw fail(error);
  });
  let waiting: string[] = [];
  let waitingBytes = 0;
  let writing: Promise<void> | undefined;
  let closed = false;

  async function drain(file: FileHandle): Promise<void> {
    while (waiting.length > 0 && failure === undefined) {
      const batch = waiting.join('');
      waiting = [];
      try {
        await file.appendFile(batch);
      } catch (error) {
        fail(error);
      }
      waitingBytes -= Buffer.byteLength(batch);
    }
    writing = undefined;
  }

  async function settle(): Promise<void> {
    while (writing !== undefined) await writing;
    if (failure !== undefined) throw failure;
  }

  return {
    append(text) {
      if (failure !== undefined) throw failure;
      if (closed) throw fail(new Error('the file was already closed'));
      waiting.push(text);
      waitingBytes += Buffer.byteLength(text);
      writing ??= drain(handle);
    },
    async ready() {
      if (waitingBytes > HIGH_WATER_BYTES) await settle();
      if (failure !== undefined) throw failure;
    },
    async flush() {
      await settle();
      await handle.datasync().catch((error: unknown) => {
        throw fail(error);
      });
    },
    async close() {
      if (closed) return;
      closed = true;
      const sync = () => settle().then(() => handle.datasync());
      await useThenClose(sync, () => handle.close()).catch((error: unknown) => {
        throw fail(error);
      });
      if (finalPath === undefined) return;
      await rename(path, finalPath).catch((error: unknown) => {
        throw fail(error);
      });
    },
  };
}

function notWritten(path: string, error: unknown): DrainbenchError {
  if (error instanceof DrainbenchError) return error;
  return new DrainbenchError({
    code: 'history-not-written',
    message: `${path} could not be written: ${error instanceof Error ? error.message : String(error)}`,
    fix: 'Make room on that disk. Trials measured before this one are complete and stay usable.',
    cause: error,
  });
}
