import { setTimeout as sleep } from 'node:timers/promises';

import { apiFailure, type ApiFailure } from './api-failure.ts';

export interface RetryLimits {
  readonly signal: AbortSignal;
  /** From the first try on. Default 30 s: longer than an API server takes to restart. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/**
 * Sends a request to the API server again for as long as the server is away, or asks for patience; what it refuses for
 * good is thrown at once, and at the deadline whatever came last. Only for requests that may safely be sent twice: one
 * without an answer may have taken effect.
 *
 * @param request called anew for each try; `tries` counts those before it.
 */
export async function retryRequest<T>(
  request: (tries: number) => Promise<T>,
  { signal, timeoutMs = DEFAULT_TIMEOUT_MS }: RetryLimits,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (let tries = 0; ; tries++) {
    try {
      return await request(tries);
    } catch (error) {
      signal.throwIfAborted();
      const failure = apiFailure(error);
      const waitMs = Math.max(pauseMs, failure.retryAfterMs);
      if (!isPassing(failure, error) || performance.now() + waitMs > deadline) throw error;
      await sleep(waitMs, undefined, { signal });
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }
}

/** Whether the same request may well succeed a little later. */
function isPassing({ httpStatus }: ApiFailure, error: unknown): boolean {
  if (httpStatus !== null) return httpStatus === 429 || httpStatus >= 500;
  // What the client itself finds wrong with a request (a kind that the API server does not know) stays wrong.
  if (!(error instanceof Error)) return false;
  return BROKEN.has(error.name) || /fetch failed|terminated/.test(error.message);
}

/** A time-out, and an answer that ended in the middle of its JSON. */
const BROKEN = new Set(['TimeoutError', 'AbortError', 'SyntaxError']);
