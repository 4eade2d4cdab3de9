/**
 * The smallest value that at least the share `q` of the sorted values does not exceed (nearest rank; Hyndman and
 * Fan 1996, type 1): always a value that was measured. `null` for no values.
 */
export function quantile(sorted: ArrayLike<number>, q: number): number | null {
  if (sorted.length === 0) return null;
  const rank = Math.ceil(q * sorted.length);
  return sorted[Math.max(0, Math.min(sorted.length, rank) - 1)] ?? null;
}
