import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { JournalEntry } from '../model/journal-entry.ts';
import { openAppendOnlyFile } from './append-only-file.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

export interface JournalWriter {
  /** Resolves when the entry is on disk: await it before acting on an intent. */
  write(entry: DistributiveOmit<JournalEntry, 'at'>): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens `journal.ndjson` of a run for appending (a resumed run goes on in the same file). `now` gives the wall
 * clock of the entries, ms since the epoch. Failures are thrown as `history-not-written`.
 */
export async function openJournal(runPath: string, now: () => number = Date.now): Promise<JournalWriter> {
  const path = join(runPath, 'journal.ndjson');
  const before = await stat(path).catch(() => undefined);
  const file = await openAppendOnlyFile(path);
  // A killed writer may have left half a line: what follows must not be glued to it.
  if (before !== undefined && before.size > 0) file.append('\n');
  return {
    async write(entry) {
      file.append(`${JSON.stringify({ at: new Date(now()).toISOString(), ...entry })}\n`);
      await file.flush();
    },
    close: () => file.close(),
  };
}
