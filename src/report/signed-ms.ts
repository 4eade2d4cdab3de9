import { formatMs } from '../analyze/words/format-figures.ts';

/** A difference of times with its sign: `+4.90 s`, `−50 ms`. */
export function signedMs(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${formatMs(Math.abs(ms))}`;
}
