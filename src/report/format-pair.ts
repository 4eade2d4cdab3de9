import { formatMs } from '../analyze/words/format-figures.ts';

/** Two times with one sign between them; the unit is said once where both have it: `21 → 39 ms`, `2 ms → 1.2 s`. */
export function formatPair(first: number | null, second: number | null, sign = '→'): string {
  if (first === null && second === null) return '–';
  const [a, b] = [formatMs(first), formatMs(second)];
  const unit = b.slice(b.lastIndexOf(' '));
  return `${unit.length > 1 && a.endsWith(unit) ? a.slice(0, -unit.length) : a} ${sign} ${b}`;
}
