import type { HistoryEvent, ObjectEvent } from '../model/history-event.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { TrialRecord, Victim } from '../model/trial-record.ts';
import { endpointViews, type EndpointView } from './slice-view.ts';
import type { TrialMoments } from './trial-moments.ts';

/**
 * What the EndpointSlice watch saw of each victim, first time each: terminating, no longer ready, no longer serving,
 * and gone from every slice that had it.
 */
export function sliceMilestones(
  record: TrialRecord,
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  moments: TrialMoments,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const slices = events.filter(
    (event): event is ObjectEvent =>
      event.type === 'object' &&
      event.kind === 'EndpointSlice' &&
      event.namespace === record.namespace &&
      event.atNs < (cleanUpNs ?? Infinity),
  );
  return victims.flatMap((victim) => milestonesOf(victim, slices, disruptionNs));
}

function milestonesOf(
  victim: Victim,
  slices: readonly ObjectEvent[],
  disruptionNs: number,
): readonly Milestone[] {
  const found = new Map<MilestoneName, Milestone>();
  const holders = new Set<string>();
  for (const event of slices) {
    const endpoint =
      event.change === 'DELETED' ? undefined : endpointViews(event).find((view) => isOf(view, victim));
    const names: MilestoneName[] = [];
    if (endpoint === undefined) {
      if (holders.delete(event.uid) && holders.size === 0) names.push('slice-removed');
    } else {
      holders.add(event.uid);
      if (endpoint.terminating) names.push('slice-terminating');
      if (!endpoint.ready) names.push('slice-not-ready');
      if (!endpoint.serving) names.push('slice-not-serving');
    }
    if (event.atNs < disruptionNs) continue;
    for (const name of names) {
      if (!found.has(name)) found.set(name, milestone(name, victim, event));
    }
  }
  return [...found.values()];
}

function isOf(endpoint: EndpointView, victim: Victim): boolean {
  return endpoint.podUid === null ? endpoint.podName === victim.name : endpoint.podUid === victim.uid;
}

function milestone(name: MilestoneName, victim: Victim, event: ObjectEvent): Milestone {
  return {
    name,
    pod: victim.name,
    podUid: victim.uid,
    node: victim.node,
    container: null,
    atNs: event.atNs,
    uncertaintyNs: event.uncertaintyNs,
    source: event.source,
    eventId: event.id,
  };
}
