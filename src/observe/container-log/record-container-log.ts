import { NS_PER_MS } from '../../model/duration.ts';
import type { ObserveContext } from '../observer.ts';

/** Until an answer, or the end of one, is noticed. */
const RECEIPT_UNCERTAINTY_NS = 2 * NS_PER_MS;

/** Records what became, just now, of a container's log. */
export function recordContainerLog(
  context: ObserveContext,
  { pod, podUid, name }: { readonly pod: string; readonly podUid: string; readonly name: string },
  what: { readonly stage: 'ended' } | { readonly stage: 'refused'; readonly httpStatus: number },
): void {
  context.record({
    type: 'container-log',
    atNs: context.nowNs(),
    uncertaintyNs: RECEIPT_UNCERTAINTY_NS,
    source: 'app-log',
    pod,
    podUid,
    container: name,
    ...what,
  });
}
