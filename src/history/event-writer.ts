import { join } from 'node:path';

import type { HistoryEvent, NewHistoryEvent } from '../model/history-event.ts';
import { redactData } from '../model/redact.ts';
import { openAppendOnlyFile } from './append-only-file.ts';

/** Events that hold the words of others; the rest are numbers and names. */
const MAY_TELL: ReadonlySet<NewHistoryEvent['type']> = new Set(['object', 'audit', 'process-facts', 'note']);

export interface EventWriter {
  /** Gives the event its id, queues it and returns it. Throws what an earlier write failed with. */
  append(event: NewHistoryEvent): HistoryEvent;
  /** Await this between events where they come in masses: resolves when the disk keeps up. */
  ready(): Promise<void>;
  flush(): Promise<void>;
  /** Completes the file: from here on it is called events.ndjson. */
  close(): Promise<void>;
}

/**
 * Opens the history of one trial. Events go to `events.ndjson.partial`, one JSON object a line, and the file is
 * renamed to `events.ndjson` when it is complete. Ids count from 1 in the order of `append`.
 */
export async function openEventWriter(trialPath: string): Promise<EventWriter> {
  const path = join(trialPath, 'events.ndjson');
  const file = await openAppendOnlyFile(`${path}.partial`, path);
  let nextId = 1;
  return {
    append(event) {
      const written: HistoryEvent = { id: nextId, ...(MAY_TELL.has(event.type) ? redactData(event) : event) };
      file.append(`${JSON.stringify(written)}\n`);
      nextId += 1;
      return written;
    },
    ready: () => file.ready(),
    flush: () => file.flush(),
    close: () => file.close(),
  };
}
