/** A time given in ms in the unit that reads best, three digits or so: `0.8 ms`, `45 ms`, `5.12 s`, `95 s`; null is `–`. */
export function formatMs(ms: number | null): string {
  if (ms === null) return '–';
  const size = Math.abs(ms);
  if (size < 9.95) return `${ms.toFixed(1)} ms`;
  if (size < 999.5) return `${ms.toFixed(0)} ms`;
  return size < 99_500 ? `${(ms / 1000).toFixed(size < 9_995 ? 2 : 1)} s` : `${(ms / 1000).toFixed(0)} s`;
}

/** A share as a percentage with one decimal, e.g. `45.1 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
