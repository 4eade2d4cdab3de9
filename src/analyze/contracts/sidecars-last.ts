import type { ContractResult } from '../../model/contract.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { formatMs } from '../words/format-figures.ts';
import { isGraceOver } from '../objects/grace-of.ts';
import { orderOf } from '../times/order-of.ts';
import { sidecarsOf } from '../objects/pod-view.ts';
import { mainContainers, result, stepOf, type VictimEvidence } from './victim-evidence.ts';

/**
 * A sidecar gets its stop signal after all main containers have ended, and after the sidecars that were started later:
 * the reverse order of their start. When the grace period is over, all that are left are stopped at once.
 */
export function sidecarsLast(evidence: VictimEvidence): readonly ContractResult[] {
  const { pod, record, milestones } = evidence;
  if (pod === undefined || record.trial.disruption.type === 'force-delete') return [];
  const sidecars = sidecarsOf(pod.object);
  return sidecars.map((sidecar, index) => {
    const before = [...mainContainers(evidence), ...sidecars.slice(index + 1)];
    const sent = stepOf(evidence, 'signal-sent', sidecar);
    const exits = before.map((container) => stepOf(evidence, 'process-exited', container));
    const say = (state: ContractResult['state'], message: string) =>
      result(evidence, 'sidecars-last', state, message, [sent, ...exits], sidecar);
    if (sent === undefined) return say('not-observed', 'Nobody saw the sidecar’s stop signal.');
    const seen = exits.filter((exit) => exit !== undefined);
    const early = seen.find((exit) => orderOf(exit, sent) === 'after');
    if (early !== undefined && isGraceOver(pod.object, milestones, sent)) {
      const words = `The grace period was over, and it got its stop signal although container ${early.container ?? ''} had not ended.`;
      return say('held', words);
    }
    if (early !== undefined) {
      const apart = formatMs((early.atNs - sent.atNs) / NS_PER_MS);
      return say(
        'broken',
        `It got its stop signal ${apart} before container ${early.container ?? ''} had ended.`,
      );
    }
    const last = seen.toSorted((a, b) => a.atNs - b.atNs).at(-1);
    if (last === undefined || seen.length < before.length || orderOf(last, sent) === 'indeterminate') {
      return say('not-observed', `Not all of ${before.join(', ')} were clearly seen to end before.`);
    }
    const apart = formatMs((sent.atNs - last.atNs) / NS_PER_MS);
    return say('held', `It got its stop signal ${apart} after ${before.join(', ')} had ended.`);
  });
}
