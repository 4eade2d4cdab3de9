import type { LoadSpec } from './scenario.ts';

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const IDEMPOTENCY_KEYS: ReadonlySet<string> = new Set(['idempotency-key', 'x-idempotency-key']);

/** Whether a load's requests may be executed twice, as Go's net/http transport sees it (`shouldRetryRequest`). */
export function isSafeToRepeat({ method, headers }: Pick<LoadSpec, 'method' | 'headers'>): boolean {
  return (
    SAFE_METHODS.has(method) || Object.keys(headers).some((name) => IDEMPOTENCY_KEYS.has(name.toLowerCase()))
  );
}
