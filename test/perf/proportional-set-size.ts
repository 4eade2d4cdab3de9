import { readFileSync } from 'node:fs';

/** Bytes: shared pages (the same binary on several nodes) are counted once, divided among those who share them. */
export function proportionalSetSize(pids: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of pids) {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      kilobytes += Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0);
    } catch {
      continue; // ended meanwhile
    }
  }
  return kilobytes * 1024;
}
