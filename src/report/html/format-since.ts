import { formatMs } from '../../analyze/words/format-figures.ts';

/** A time relative to the disruption with its sign: `+16.4 ms`, `+5.04 s`, `−12.0 ms`. */
export function formatSince(ms: number): string {
  const size = Math.abs(ms);
  const text = size < 99.95 ? `${size.toFixed(1)} ms` : formatMs(size);
  return `${ms < 0 ? '−' : '+'}${text}`;
}
