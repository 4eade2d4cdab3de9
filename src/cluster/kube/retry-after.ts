/** No timer waits longer: beyond this, 25 days, it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The wait that a `Retry-After` header asks for, ms. The API server sends whole seconds, never a date; anything else
 * counts as no wish. Whoever has a deadline gives up at once where the wait passes it: coming back sooner is not for us
 * to decide.
 */
export function retryAfterMs(header: unknown): number {
  if (typeof header !== 'string' || !/^\d+$/.test(header)) return 0;
  return Math.min(LONGEST_TIMER_MS, Number(header) * 1000);
}
