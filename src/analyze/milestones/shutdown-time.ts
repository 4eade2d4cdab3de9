import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { PodBook } from '../objects/pod-book.ts';
import { podEnd } from './pod-end.ts';

/**
 * How long the slowest victim took to go, ms: from the request to delete it (where nobody named it, as in a rollout:
 * from its deletionTimestamp) to the end of its last container (see `podEnd`). An eviction that a budget refused does
 * not count: then it is from the accepted one. `null` when no victim shows both.
 */
export function shutdownTime(
  milestones: readonly Milestone[],
  victims: readonly Victim[],
  book: PodBook,
): number | null {
  const byPod = Map.groupBy(milestones, ({ podUid }) => podUid);
  const times = victims
    .map(({ uid }) => {
      const own = byPod.get(uid) ?? [];
      const [from, to] = [startOf(own), podEnd(own, book.byUid(uid))];
      return from === undefined || to === null ? null : to.atNs - from.atNs;
    })
    .filter((time) => time !== null);
  return times.length === 0 ? null : Math.max(...times) / NS_PER_MS;
}

function startOf(own: readonly Milestone[]): Milestone | undefined {
  const first = (name: MilestoneName): Milestone | undefined => own.find((each) => each.name === name);
  const accepted = first('delete-received') ?? first('delete-accepted');
  // Which of several requests it was that was accepted, only the answers tell.
  const asked = first('delete-refused') === undefined ? first('delete-requested') : accepted;
  return asked ?? first('deletion-timestamp-seen');
}
