import { formatMs } from '../analyze/words/format-figures.ts';

/** A time of which only a lower bound may be known: `1.04 s`, or `≥ 1.04 s`. */
export function formatAtLeast(ms: number | null, atLeast: boolean): string {
  return ms !== null && atLeast ? `≥ ${formatMs(ms)}` : formatMs(ms);
}
