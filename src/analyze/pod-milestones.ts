import type { HistoryEvent, ObjectEvent } from '../model/history-event.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { TrialRecord, Victim } from '../model/trial-record.ts';
import { podView, type PodView } from './pod-view.ts';
import type { TrialMoments } from './trial-moments.ts';

/**
 * What the Pod watch saw, first time each: of the victims their deletionTimestamp, each terminated container and the
 * object's removal; of every Pod that appeared after the disruption its creation, scheduling and readiness.
 */
export function podMilestones(
  record: TrialRecord,
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  moments: TrialMoments,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const victimUids = new Set(victims.map(({ uid }) => uid));
  const seenBefore = new Set<string>();
  const found = new Map<string, Milestone>();

  for (const event of events) {
    if (event.type !== 'object' || event.kind !== 'Pod' || event.namespace !== record.namespace) continue;
    if (event.atNs >= (cleanUpNs ?? Infinity)) break;
    if (event.atNs < disruptionNs) {
      seenBefore.add(event.uid);
      continue;
    }
    const pod = podView(event);
    for (const [name, container] of stepsOf(event, pod, victimUids.has(pod.uid), seenBefore.has(pod.uid))) {
      const key = `${name} ${pod.uid} ${container ?? ''}`;
      if (!found.has(key)) found.set(key, milestone(name, container, event, pod));
    }
  }
  return [...found.values()];
}

function stepsOf(
  event: ObjectEvent,
  pod: PodView,
  isVictim: boolean,
  wasThereBefore: boolean,
): readonly (readonly [MilestoneName, string | null])[] {
  const gone = event.change === 'DELETED';
  if (isVictim) {
    return [
      ...(pod.deleting || gone ? [['deletion-timestamp-seen', null] as const] : []),
      ...pod.terminated.map((container) => ['container-terminated', container] as const),
      ...(gone ? [['pod-gone', null] as const] : []),
    ];
  }
  if (wasThereBefore || gone) return [];
  return [
    ['replacement-created', null],
    ...(pod.scheduled ? [['replacement-scheduled', null] as const] : []),
    ...(pod.ready ? [['replacement-ready', null] as const] : []),
  ];
}

function milestone(
  name: MilestoneName,
  container: string | null,
  event: ObjectEvent,
  pod: PodView,
): Milestone {
  return {
    name,
    pod: pod.name,
    podUid: pod.uid,
    node: pod.node,
    container,
    atNs: event.atNs,
    uncertaintyNs: event.uncertaintyNs,
    source: event.source,
    eventId: event.id,
  };
}
