import { statSync } from 'node:fs';

/** Exec hooks and probes of this container leave a byte here each time they run: they have a shell and nothing else. */
const NOTES = { hook: '/tmp/hook-ran', probe: '/tmp/probe-ran' };
const EVERY_MS = 100;

/** Tells the record of every exec hook and exec probe that ran in the server's container. */
export function followNotes(record) {
  const seen = { hook: 0, probe: 0 };
  setInterval(() => {
    for (const [what, file] of Object.entries(NOTES)) {
      const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      for (; seen[what] < size; seen[what]++) record.write(`${what}-ran`);
    }
  }, EVERY_MS).unref();
}
