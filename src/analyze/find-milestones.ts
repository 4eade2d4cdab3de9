import type { HistoryEvent } from '../model/history-event.ts';
import type { Milestone } from '../model/milestone.ts';
import type { TrialApp, Victim } from '../model/trial-record.ts';
import { actionMilestones } from './action-milestones.ts';
import { appMilestones } from './app-milestones.ts';
import { auditMilestones } from './audit-milestones.ts';
import { beginMilestones } from './begin-milestones.ts';
import { bestMilestones, type BestMilestones } from './best-milestones.ts';
import { kernelMilestones } from './kernel-milestones.ts';
import { kubeletMilestones } from './kubelet-milestones.ts';
import { leftoverMilestones } from './leftover-milestones.ts';
import { nodeMilestones } from './node-milestones.ts';
import type { ObjectSighting } from './object-sightings.ts';
import type { PodBook } from './pod-book.ts';
import { podMilestones } from './pod-milestones.ts';
import type { SentConnections } from './sent-connections.ts';
import { sliceMilestones } from './slice-milestones.ts';
import type { TrialMoments } from './trial-moments.ts';

export interface MilestoneInput {
  /** In the order of time. */
  readonly events: readonly HistoryEvent[];
  readonly sightings: readonly ObjectSighting[];
  readonly victims: readonly Victim[];
  readonly book: PodBook;
  /** `undefined`: not known, then whatever could be the app's is taken for it. */
  readonly app: TrialApp | undefined;
  readonly moments: TrialMoments;
  readonly sent: SentConnections;
  /** What the request ledgers show. */
  readonly fromLoad: readonly Milestone[];
}

/** Every step of every victim's end, and of every new Pod's beginning, from all sources, the best of each. */
export function findMilestones(input: MilestoneInput): BestMilestones {
  const { events, sightings, victims, book, app, moments, sent, fromLoad } = input;
  return bestMilestones([
    ...actionMilestones(events, victims),
    ...auditMilestones(events, victims, moments),
    ...podMilestones(sightings, victims, moments),
    ...sliceMilestones(sightings, victims, moments),
    ...appMilestones(events, victims, book, moments),
    ...kernelMilestones(events, victims, { book, app, moments, sent }),
    ...nodeMilestones(events, victims, { book, app, moments }),
    ...kubeletMilestones(events, victims, book, moments),
    ...beginMilestones(events, book, moments),
    ...leftoverMilestones(events, victims, moments),
    ...fromLoad,
  ]);
}
