import type { EventSource } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import { endpointViews, type EndpointView } from '../objects/slice-view.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * What watch and audit log show of each victim in the EndpointSlices, first time each and for each source:
 * terminating, no longer ready, no longer serving, and gone from every slice that had it.
 */
export function sliceMilestones(
  sightings: readonly ObjectSighting[],
  victims: readonly Victim[],
  moments: TrialMoments,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const slices = sightings.filter(
    ({ kind, atNs }) => kind === 'EndpointSlice' && atNs < (cleanUpNs ?? Infinity),
  );
  const sources = [...new Set(slices.map(({ source }) => source))];
  return victims.flatMap((victim) =>
    sources.flatMap((source) => milestonesOf(victim, slices, source, disruptionNs)),
  );
}

function milestonesOf(
  victim: Victim,
  slices: readonly ObjectSighting[],
  source: EventSource,
  disruptionNs: number,
): readonly Milestone[] {
  const found = new Map<MilestoneName, Milestone>();
  const holders = new Set<string>();
  for (const sighting of slices) {
    // What any source saw before the disruption counts as known; from then on each tells its own story.
    if (sighting.source !== source && sighting.atNs >= disruptionNs) continue;
    const endpoint =
      sighting.change === 'DELETED'
        ? undefined
        : endpointViews(sighting.object).find((view) => isOf(view, victim));
    const names: MilestoneName[] = [];
    if (endpoint === undefined) {
      if (holders.delete(sighting.name) && holders.size === 0) names.push('slice-removed');
    } else {
      holders.add(sighting.name);
      if (endpoint.terminating) names.push('slice-terminating');
      if (!endpoint.ready) names.push('slice-not-ready');
      if (!endpoint.serving) names.push('slice-not-serving');
    }
    if (sighting.atNs < disruptionNs) continue;
    for (const name of names) {
      if (!found.has(name)) found.set(name, milestone(name, victim, sighting));
    }
  }
  return [...found.values()];
}

function isOf(endpoint: EndpointView, victim: Victim): boolean {
  return endpoint.podUid === null ? endpoint.podName === victim.name : endpoint.podUid === victim.uid;
}

function milestone(name: MilestoneName, victim: Victim, sighting: ObjectSighting): Milestone {
  return {
    name,
    pod: victim.name,
    podUid: victim.uid,
    node: victim.node,
    container: null,
    atNs: sighting.atNs,
    uncertaintyNs: sighting.uncertaintyNs,
    source: sighting.source,
    eventId: sighting.eventId,
  };
}
