import { isSafeToRepeat } from '../../model/is-safe-to-repeat.ts';
import type { LoadSpec } from '../../model/scenario.ts';

/**
 * Whether the load's clients send a request again by themselves that met a kept-alive connection as it was ended: as Go's
 * transport, browsers and most gateways do with what is safe to execute twice, before the first byte of an answer.
 */
export function retriesOnCutConnection(spec: Pick<LoadSpec, 'retry' | 'method' | 'headers'>): boolean {
  return spec.retry === 'idempotent-once' && isSafeToRepeat(spec);
}
