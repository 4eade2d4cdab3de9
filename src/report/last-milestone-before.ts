import type { Milestone } from '../model/milestone.ts';

/** The newest milestone at or before this time, ns since run start. Milestones are in the order of time. */
export function lastMilestoneBefore(milestones: readonly Milestone[], atNs: number): Milestone | undefined {
  return milestones.findLast((milestone) => milestone.atNs <= atNs);
}
