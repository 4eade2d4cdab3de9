import type { ContractName, ContractResult } from '../../model/contract.ts';
import type { HistoryEvent, KubeletEvent } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { TrialRecord, Victim } from '../../model/trial-record.ts';
import type { HookFate } from '../milestones/hook-fates.ts';
import type { PodObject } from '../objects/pods-as-of.ts';
import { asList, asRecord, asText } from '../objects/read-json.ts';

/** What one contract looks at: one victim of a trial. */
export interface VictimEvidence {
  readonly victim: Victim;
  /** As it was last seen whole, before the trial's clean-up. */
  readonly pod: PodObject | undefined;
  readonly record: TrialRecord;
  readonly events: readonly HistoryEvent[];
  /** The victim's own, in the order of time. */
  readonly milestones: readonly Milestone[];
  /** Of its containers' preStop hooks. */
  readonly hookFates: readonly HookFate[];
}

/** The victim's step, of one container where it is given; the first there is. */
export function stepOf(
  { milestones }: VictimEvidence,
  name: MilestoneName,
  container?: string,
): Milestone | undefined {
  return milestones.find(
    (each) => each.name === name && (container === undefined || each.container === container),
  );
}

/** Names of the containers that are no init containers. */
export function mainContainers({ pod }: VictimEvidence): readonly string[] {
  return asList(asRecord(pod?.object['spec'])['containers']).map(
    (each) => asText(asRecord(each)['name']) ?? '',
  );
}

/** An event as one of the steps that a result rests on. */
export function shownBy(event: HistoryEvent | undefined): Pick<Milestone, 'eventId'> | undefined {
  return event === undefined ? undefined : { eventId: event.id };
}

export function result(
  { victim }: VictimEvidence,
  contract: ContractName,
  state: ContractResult['state'],
  message: string,
  steps: readonly (Pick<Milestone, 'eventId'> | undefined)[] = [],
  container: string | null = null,
): ContractResult {
  const eventIds = [...new Set(steps.flatMap((step) => (step?.eventId == null ? [] : [step.eventId])))];
  return { contract, state, pod: victim.name, podUid: victim.uid, container, message, eventIds };
}

/**
 * What the kubelet logged of these steps for one of the victim's containers, in the order of time. A kubelet that was
 * restarted takes them once more, which one milestone a step cannot show.
 */
export function kubeletEventsOf(
  { events, victim }: VictimEvidence,
  container: string,
  steps: readonly KubeletEvent['step'][],
): readonly KubeletEvent[] {
  return events.filter(
    (event): event is KubeletEvent =>
      event.type === 'kubelet' &&
      event.podUid === victim.uid &&
      event.container === container &&
      steps.includes(event.step),
  );
}
