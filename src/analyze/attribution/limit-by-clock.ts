import { NS_PER_MS } from '../../model/duration.ts';
import type { Attribution } from '../../model/attribution.ts';
import { atMost } from './conclusion.ts';

/** The orders that prove a cause are often a millisecond or two apart. */
const EXACT_NS = 0.1 * NS_PER_MS;

/**
 * Where a load's ledger was mapped from another clock, the request's own times are known only so well: then the order
 * of two events a little apart is inferred, and nothing that rests on one is certain.
 *
 * @param clockUncertaintyNs of the load; 0 where its clock is the harness' own, `null` where it is not known
 */
export function limitByClock(attribution: Attribution, clockUncertaintyNs: number | null): Attribution {
  if (clockUncertaintyNs !== null && clockUncertaintyNs <= EXACT_NS) return attribution;
  const exactly =
    clockUncertaintyNs === null ? '' : ` to better than ± ${(clockUncertaintyNs / NS_PER_MS).toFixed(1)} ms`;
  const missing = `the request's own times${exactly}: its load ran on another clock`;
  return {
    ...attribution,
    confidence: atMost(attribution.confidence, 'likely'),
    missing: [...attribution.missing, missing],
  };
}
