/** Nobody waits longer than this for an API server that is busy, whatever it asks for. */
const LONGEST_MS = 10_000;

/**
 * The wait that a `Retry-After` header asks for, ms. The API server sends whole seconds, never a date; anything else
 * counts as no wish.
 */
export function retryAfterMs(header: unknown): number {
  if (typeof header !== 'string' || !/^\d+$/.test(header)) return 0;
  return Math.min(LONGEST_MS, Number(header) * 1000);
}
