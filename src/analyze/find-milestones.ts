import type { HistoryEvent } from '../model/history-event.ts';
import { MILESTONES, type Milestone } from '../model/milestone.ts';
import type { TrialRecord, Victim } from '../model/trial-record.ts';
import { actionMilestones } from './action-milestones.ts';
import { appMilestones } from './app-milestones.ts';
import { podMilestones } from './pod-milestones.ts';
import { sliceMilestones } from './slice-milestones.ts';
import type { TrialMoments } from './trial-moments.ts';

/** Every step of every victim's end, and of every new Pod's beginning, in the order of time. */
export function findMilestones(
  record: TrialRecord,
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  moments: TrialMoments,
): readonly Milestone[] {
  return [
    ...actionMilestones(events, victims),
    ...podMilestones(record, events, victims, moments),
    ...sliceMilestones(record, events, victims, moments),
    ...appMilestones(events, victims),
  ].sort(byTimeThenStep);
}

function byTimeThenStep(a: Milestone, b: Milestone): number {
  return a.atNs - b.atNs || MILESTONES.indexOf(a.name) - MILESTONES.indexOf(b.name) || a.eventId - b.eventId;
}
