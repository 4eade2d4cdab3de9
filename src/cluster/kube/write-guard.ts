import type { KubeConfig } from '@kubernetes/client-node';

/** What must be asked before each request that would change something. */
export interface WriteGuard {
  /** Rejects while nothing may be written. */
  ready(): Promise<void>;
  /**
   * How long a write that is sent at this very moment may be under way, ms; none may be sent where it is not above 0.
   * Without waiting for anything: between a promise and what follows it the process may have been stopped for an hour.
   */
  allowanceMs(): number;
}

const guards = new WeakMap<KubeConfig, WriteGuard>();

/** From here on every API client of this configuration asks before it writes: one place for all that a run does. */
export function guardWrites(kubeConfig: KubeConfig, guard: WriteGuard): void {
  guards.set(kubeConfig, guard);
}

/** Resolves when this configuration may be used to write. */
export async function requireWritable(kubeConfig: KubeConfig): Promise<void> {
  await guards.get(kubeConfig)?.ready();
}

/**
 * How long a write that is sent now may be under way, at most `mostMs`.
 *
 * @throws DOMException `TimeoutError` when it must not be sent: like no answer in time, it may be asked for again.
 */
export function writeAllowanceMs(kubeConfig: KubeConfig, mostMs: number): number {
  const allowanceMs = Math.min(mostMs, guards.get(kubeConfig)?.allowanceMs() ?? mostMs);
  if (allowanceMs > 0) return allowanceMs;
  throw new DOMException(
    'the request was held up for so long that it may not be sent any more',
    'TimeoutError',
  );
}
