import { join } from 'node:path';

import { journalEntrySchema, type JournalEntry } from '../model/journal-entry.ts';
import { readNdjson } from './read-ndjson.ts';

export interface Journal {
  readonly entries: readonly JournalEntry[];
  /** Lines that are no entry we know, a cut last line included. */
  readonly unreadable: number;
}

/** Reads a run's journal as far as it goes. */
export async function readJournal(runPath: string): Promise<Journal> {
  const content = await readNdjson(join(runPath, 'journal.ndjson'));
  const entries: JournalEntry[] = [];
  let unreadable = content.badLines.length + (content.cutLastLine ? 1 : 0);
  for (const value of content.values) {
    const entry = journalEntrySchema.safeParse(value);
    if (entry.success) entries.push(entry.data);
    else unreadable += 1;
  }
  return { entries, unreadable };
}
