import type { ContractResult } from '../../model/contract.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { formatMs } from '../words/format-figures.ts';
import { orderOf } from '../times/order-of.ts';
import { result, stepOf, type VictimEvidence } from './victim-evidence.ts';

/** An endpoint that terminates is not ready: what is seen first as terminating is, in the same write, not ready. */
export function notReadyOnceTerminating(evidence: VictimEvidence): readonly ContractResult[] {
  const terminating = stepOf(evidence, 'slice-terminating');
  if (terminating === undefined) return [];
  const notReady = stepOf(evidence, 'slice-not-ready');
  const say = (state: ContractResult['state'], message: string) =>
    result(evidence, 'not-ready-once-terminating', state, message, [terminating, notReady]);
  if (notReady === undefined) return [say('broken', 'Its endpoint was terminating and still ready.')];
  if (notReady.eventId === terminating.eventId || orderOf(notReady, terminating) === 'before') {
    return [say('held', 'Its endpoint was never terminating and ready at once.')];
  }
  const apart = formatMs((notReady.atNs - terminating.atNs) / NS_PER_MS);
  return [
    orderOf(terminating, notReady) === 'before'
      ? say('broken', `Its endpoint was terminating and still ready for ${apart}.`)
      : say('not-observed', 'Terminating and not ready are too close to tell.'),
  ];
}
