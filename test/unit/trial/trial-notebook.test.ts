import { expect, test } from 'vitest';

import type { EventWriter } from '../../../src/history/event-writer.ts';
import { TrialNotebook } from '../../../src/trial/trial-notebook.ts';
import { planned } from '../analyze/build-history.ts';

/** A history that can be written until the disk is full. */
function notebook() {
  const written: string[] = [];
  const disk = { full: false };
  const events = {
    append: (event: { readonly type: string }) => {
      if (disk.full) throw new Error('ENOSPC: no space left on device');
      written.push(event.type);
      return { id: written.length, ...event };
    },
  } as unknown as EventWriter;
  const phases: string[] = [];
  const context = {
    namespace: 'ns',
    runStartNs: process.hrtime.bigint(),
    signal: new AbortController().signal,
    onPhase: (_trial: unknown, phase: string) => void phases.push(phase),
    deployOnce: false,
  };
  return {
    book: new TrialNotebook(context, planned(), 1, '/run/trials/001-none', events),
    disk,
    written,
    phases,
  };
}

test('when the disk is full nothing more is measured, but everything is tidied up', () => {
  const { book, disk, phases } = notebook();
  book.begin('baseline');
  disk.full = true;
  expect(() => book.begin('disrupt')).toThrow(expect.objectContaining({ code: 'file-not-written' }) as Error);
  for (const phase of ['stop-load', 'clean-up', 'collect'] as const) book.begin(phase);
  expect(() => book.begin('done')).toThrow('events.ndjson could not be written: ENOSPC');
  expect(phases).toEqual(['baseline', 'disrupt', 'stop-load', 'clean-up', 'collect', 'done']);
  book.close();
});

test('an event that cannot be written is no error of the observer that saw it', () => {
  const { book, disk, written } = notebook();
  const { record } = book.observing;
  const note = { type: 'note', atNs: 1, uncertaintyNs: 0, source: 'harness', message: 'seen' } as const;
  record(note);
  disk.full = true;
  expect(() => record(note)).not.toThrow();
  expect(written).toEqual(['note']);
  book.close();
});

test('what is noted twice is said once', () => {
  const { book } = notebook();
  const finding = { code: 'load-failed', severity: 'void', message: 'A load ended.' } as const;
  book.note(finding);
  book.note({ ...finding, detail: ['again'] });
  book.note({ ...finding, message: 'Another load ended.' });
  expect(book.record('aborted').findings.map(({ message }) => message)).toEqual([
    'A load ended.',
    'Another load ended.',
  ]);
  book.close();
});
