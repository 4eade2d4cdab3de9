import { NS_PER_MS } from '../model/duration.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { Victim } from '../model/trial-record.ts';

/**
 * How long the slowest victim took to go, ms: from the request to delete it (where nobody named it, as in a rollout:
 * from its deletionTimestamp) to its last container's end. The end is the app's own last stamp, else the container
 * status, else the object's removal. `null` when no victim shows both.
 */
export function shutdownTime(milestones: readonly Milestone[], victims: readonly Victim[]): number | null {
  const times = victims
    .map((victim) => timeOf(milestones.filter(({ podUid }) => podUid === victim.uid)))
    .filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(...times) / NS_PER_MS;
}

function timeOf(own: readonly Milestone[]): number | null {
  const from = first(own, 'delete-requested') ?? first(own, 'deletion-timestamp-seen');
  const to = last(own, 'exiting') ?? last(own, 'container-terminated') ?? last(own, 'pod-gone');
  return from === undefined || to === undefined ? null : to.atNs - from.atNs;
}

function first(milestones: readonly Milestone[], name: MilestoneName): Milestone | undefined {
  return milestones.find((milestone) => milestone.name === name);
}

function last(milestones: readonly Milestone[], name: MilestoneName): Milestone | undefined {
  return milestones.findLast((milestone) => milestone.name === name);
}
