import type { ContractResult } from '../../model/contract.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { formatMs } from '../words/format-figures.ts';
import { isGraceOver } from '../objects/grace-of.ts';
import { HOOK_GIVEN_UP } from '../milestones/kubelet-milestones.ts';
import { lastingContainers } from '../objects/container-specs.ts';
import { orderOf } from '../times/order-of.ts';
import { kubeletEventsOf, result, shownBy, stepOf, type VictimEvidence } from './victim-evidence.ts';

/**
 * The stop signal is sent only after the preStop hook has ended, or the grace period has. A kubelet that was restarted
 * runs the hook once more; the signal may be of the time before. A container that ended by itself needs none, and has no result.
 */
export function signalAfterPreStop(evidence: VictimEvidence): readonly ContractResult[] {
  const { pod, record } = evidence;
  // Without a grace period no hook is run.
  if (pod === undefined || record.trial.disruption.type === 'force-delete') return [];
  return lastingContainers(pod.object)
    .filter(({ preStop }) => Object.keys(preStop).length > 0)
    .flatMap(({ name }) => ofContainer(evidence, pod.object, name));
}

function ofContainer(
  evidence: VictimEvidence,
  pod: Readonly<Record<string, unknown>>,
  container: string,
): readonly ContractResult[] {
  const { hookFates, milestones } = evidence;
  const fate = hookFates.find((each) => each.container === container);
  // Where the process ended by itself, nobody had to send it a signal.
  if (fate?.end === 'ended-with-container') return [];
  const sent = stepOf(evidence, 'signal-sent', container);
  const ends = kubeletEventsOf(evidence, container, ['prestop-ended', 'prestop-overran']);
  const before = sent && ends.findLast((end) => orderOf(end, sent) === 'before');
  const seen = stepOf(evidence, 'prestop-ended', container);
  const ended = before ?? seen;
  const givenUp = before === undefined ? seen?.detail === HOOK_GIVEN_UP : before.step === 'prestop-overran';
  const say = (state: ContractResult['state'], message: string) => [
    result(
      evidence,
      'signal-after-prestop',
      state,
      message,
      [before === undefined ? seen : shownBy(before), sent],
      container,
    ),
  ];
  if (ended === undefined || sent === undefined) {
    return say('not-observed', `Nobody saw ${ended === undefined ? 'the hook end' : 'the stop signal'}.`);
  }
  const apart = formatMs(Math.abs(sent.atNs - ended.atNs) / NS_PER_MS);
  const over = givenUp ? 'was given up: the grace period was over' : 'had ended';
  switch (orderOf(ended, sent)) {
    case 'before':
      return say('held', `The stop signal came ${apart} after the preStop hook ${over}.`);
    case 'after':
      // The command of a hook is not killed with it: the runtime sees it end only with its container.
      if (isGraceOver(pod, milestones, sent)) {
        return say('held', `The grace period was over, and the preStop hook had not ended (${apart} to go).`);
      }
      return say('broken', `The stop signal came ${apart} before the preStop hook ${over}.`);
    case 'indeterminate':
      return givenUp
        ? say('held', 'The stop signal came as the preStop hook was given up: the grace period was over.')
        : say('not-observed', `The hook’s end and the stop signal are too close to tell (${apart}).`);
  }
}
