import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  /** Checked before each try; throws when waiting on has become pointless. */
  readonly alive?: () => void;
}

/** Thrown when the deadline passes; `what` names the condition. */
export class WaitTimeout extends Error {
  constructor(what: string, timeoutMs: number, lastError: unknown) {
    super(`${what}: not within ${timeoutMs / 1000} s`, { cause: lastError });
    this.name = 'WaitTimeout';
  }
}

/** Calls `probe` until it returns something other than `null`. An error that it throws ends the wait. */
export async function waitUntil<T>(
  what: string,
  probe: () => T | null | Promise<T | null>,
  options: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    options.signal.throwIfAborted();
    options.alive?.();
    const result = await probe();
    if (result !== null) return result;
    if (performance.now() > deadline) throw new WaitTimeout(what, options.timeoutMs, null);
    await sleep(options.intervalMs, undefined, { signal: options.signal });
  }
}
