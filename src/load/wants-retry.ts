import { isSafeToRepeat } from '../model/is-safe-to-repeat.ts';
import type { Outcome, RequestRecord } from '../model/request-record.ts';
import type { LoadSpec } from '../model/scenario.ts';

/**
 * Whether the load's client sends a failed request once more. As Go's net/http transport (`shouldRetryRequest`): only
 * what is safe to execute twice, and only where a connection that was used before ended, by FIN or RST, before the first
 * byte of an answer. On a fresh one there is no reason why the server should have hung up.
 */
export function wantsRetry(
  spec: Pick<LoadSpec, 'retry' | 'method' | 'headers'>,
  {
    attempt,
    requestOnConnection,
    bytesRead,
  }: Pick<RequestRecord, 'attempt' | 'requestOnConnection' | 'bytesRead'>,
  outcome: Outcome,
): boolean {
  if (spec.retry !== 'idempotent-once' || attempt > 0) return false;
  const hungUp = (outcome === 'reset' || outcome === 'closed-early') && bytesRead === 0;
  return hungUp && (requestOnConnection ?? 0) > 0 && isSafeToRepeat(spec);
}
