import type { Milestone } from '../model/milestone.ts';

/** The newest milestone at or before a time, and the next one after it. */
export interface MilestonesAround {
  readonly before: Milestone | undefined;
  readonly after: Milestone | undefined;
}

/**
 * Finds them for a time in ns since run start: of one Pod where its uid is given and it has any, else of all.
 * Milestones are in the order of time.
 */
export function milestonesAround(
  milestones: readonly Milestone[],
  atNs: number,
  podUid: string | null,
): MilestonesAround {
  const own = podUid === null ? [] : milestones.filter((milestone) => milestone.podUid === podUid);
  const looked = own.length > 0 ? own : milestones;
  return {
    before: looked.findLast((milestone) => milestone.atNs <= atNs),
    after: looked.find((milestone) => milestone.atNs > atNs),
  };
}
