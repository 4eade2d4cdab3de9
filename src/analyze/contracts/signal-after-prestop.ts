import type { ContractResult } from '../../model/contract.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { formatMs } from '../format-ms.ts';
import { hooksOf } from '../hooks-of.ts';
import { orderOf } from '../order-of.ts';
import { sidecarsOf } from '../pod-view.ts';
import { isGraceOver } from './is-grace-over.ts';
import { kubeletEventsOf } from './kubelet-events-of.ts';
import { mainContainers, result, shownBy, stepOf, type VictimEvidence } from './victim-evidence.ts';

/**
 * The stop signal is sent only after the preStop hook has ended, or the grace period has. A kubelet that was restarted
 * runs the hook once more; the signal may be of the time before.
 */
export function signalAfterPreStop(evidence: VictimEvidence): readonly ContractResult[] {
  const { pod, record } = evidence;
  // Without a grace period no hook is run.
  if (pod === undefined || record.trial.disruption.type === 'force-delete') return [];
  return [...mainContainers(evidence), ...sidecarsOf(pod.object)]
    .filter((container) => hooksOf(pod.object, container).preStop !== null)
    .map((container) => {
      const sent = stepOf(evidence, 'signal-sent', container);
      const ends = kubeletEventsOf(evidence, container, ['prestop-ended', 'prestop-overran']);
      const before = sent && ends.findLast((end) => orderOf(end, sent) === 'before');
      const ended = before ?? stepOf(evidence, 'prestop-ended', container);
      const shown = before === undefined ? stepOf(evidence, 'prestop-ended', container) : shownBy(before);
      const say = (state: ContractResult['state'], message: string) =>
        result(evidence, 'signal-after-prestop', state, message, [shown, sent], container);
      if (ended === undefined || sent === undefined) {
        return say('not-observed', `Nobody saw ${ended === undefined ? 'the hook end' : 'the stop signal'}.`);
      }
      const apart = formatMs(Math.abs(sent.atNs - ended.atNs) / NS_PER_MS);
      switch (orderOf(ended, sent)) {
        case 'before':
          return say('held', `The stop signal came ${apart} after the preStop hook had ended.`);
        case 'after':
          // The command of a hook is not killed with it: the runtime sees it end only with its container.
          if (isGraceOver(evidence, sent)) {
            return say(
              'held',
              `The grace period was over, and the preStop hook had not ended (${apart} to go).`,
            );
          }
          return say('broken', `The stop signal came ${apart} before the preStop hook had ended.`);
        case 'indeterminate':
          return say('not-observed', `The hook’s end and the stop signal are too close to tell (${apart}).`);
      }
    });
}
