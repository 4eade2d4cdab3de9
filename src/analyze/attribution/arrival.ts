import { NS_PER_MS } from '../../model/duration.ts';
import { orderOf } from '../times/order-of.ts';
import type { Close, RequestFacts } from './request-facts.ts';

/** From the ledger's stamp to the Pod's kernel a request takes less than this … */
const TRANSIT_NS = 0.3 * NS_PER_MS;
/** … and even on a machine that is short of CPU hardly more than this. */
const LONG_TRANSIT_NS = 5 * NS_PER_MS;

/** `surely` and `surely-not` were seen; `probably` is inferred from how long a request takes. */
export type Arrival = 'surely' | 'probably' | 'unknown' | 'surely-not' | 'contradictory';

/** Had the request come when the Pod closed? */
export function arrivalOf(facts: RequestFacts, { event, unread, lastReadNs }: Close): Arrival {
  const start = { atNs: facts.startNs, uncertaintyNs: facts.uncertaintyNs };
  const answerBegan = facts.record.outcome === 'truncated' || facts.record.firstByteNs !== null;
  const read = lastReadNs !== null && lastReadNs >= facts.startNs - facts.uncertaintyNs;
  const surely = answerBegan || unread || read;
  // The rest of a body is refused also where its head was read.
  const refused = facts.resetAfterClose !== null && !facts.hasBody;
  const surelyNot = refused || orderOf(event, start) === 'before';
  if (surely && surelyNot) return 'contradictory';
  if (surely) return 'surely';
  if (surelyNot) return 'surely-not';
  if (orderOf(start, event, LONG_TRANSIT_NS) === 'before') return 'probably';
  if (facts.hasBody && facts.resetAfterClose !== null) return 'unknown';
  return orderOf(start, event, TRANSIT_NS) === 'before' ? 'probably' : 'unknown';
}
