import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import { podView, type PodView } from '../objects/pod-view.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * What watch and audit log show of the Pods, first time each and for each source: of the victims their
 * deletionTimestamp, each terminated container, the phase that they end in and the object's removal; of every Pod that appeared after the
 * disruption its creation, scheduling and readiness.
 */
export function podMilestones(
  sightings: readonly ObjectSighting[],
  victims: readonly Victim[],
  moments: TrialMoments,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const victimUids = new Set(victims.map(({ uid }) => uid));
  const seenBefore = new Set<string>();
  const found = new Map<string, Milestone>();

  for (const sighting of sightings) {
    if (sighting.kind !== 'Pod' || sighting.uid === '') continue;
    if (sighting.atNs >= (cleanUpNs ?? Infinity)) break;
    if (sighting.atNs < disruptionNs) {
      seenBefore.add(sighting.uid);
      continue;
    }
    const pod = podView(sighting);
    const steps = stepsOf(sighting, pod, victimUids.has(pod.uid), seenBefore.has(pod.uid));
    for (const [name, container, detail] of steps) {
      const key = `${name} ${pod.uid} ${container ?? ''} ${sighting.source}`;
      if (!found.has(key))
        found.set(key, {
          ...milestone(name, container, sighting, pod),
          ...(detail === undefined ? {} : { detail }),
        });
    }
  }
  return [...found.values()];
}

const FINAL: ReadonlySet<string | null> = new Set(['Succeeded', 'Failed']);

function stepsOf(
  sighting: ObjectSighting,
  pod: PodView,
  isVictim: boolean,
  wasThereBefore: boolean,
): readonly (readonly [MilestoneName, string | null, string?])[] {
  const gone = sighting.change === 'DELETED';
  if (isVictim) {
    return [
      ...(pod.deleting || gone ? [['deletion-timestamp-seen', null] as const] : []),
      ...pod.terminated.map((container) => ['container-terminated', container] as const),
      ...(FINAL.has(pod.phase) ? [['phase-ended', null, pod.phase ?? ''] as const] : []),
      ...(gone ? [['pod-gone', null] as const] : []),
    ];
  }
  if (wasThereBefore || gone) return [];
  // Only a whole object says that a Pod is new; the audit log also has patches of Pods that nobody saw before.
  const created = sighting.source !== 'api-audit' || sighting.change === 'ADDED';
  return [
    ...(created ? [['replacement-created', null] as const] : []),
    ...(pod.scheduled ? [['replacement-scheduled', null] as const] : []),
    ...(pod.ready ? [['replacement-ready', null] as const] : []),
  ];
}

function milestone(
  name: MilestoneName,
  container: string | null,
  sighting: ObjectSighting,
  pod: PodView,
): Milestone {
  return {
    name,
    pod: pod.name,
    podUid: pod.uid,
    node: pod.node,
    container,
    atNs: sighting.atNs,
    uncertaintyNs: sighting.uncertaintyNs,
    source: sighting.source,
    eventId: sighting.eventId,
  };
}
