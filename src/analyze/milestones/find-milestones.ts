import type { HistoryEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { TrialApp, Victim } from '../../model/trial-record.ts';
import { actionMilestones } from './action-milestones.ts';
import { appMilestones } from './app-milestones.ts';
import { auditMilestones } from './audit-milestones.ts';
import { beginMilestones } from './begin-milestones.ts';
import { bestMilestones, type BestMilestones } from './best-milestones.ts';
import { JudgementErrors } from '../judgements/judgement-errors.ts';
import { kernelMilestones } from './kernel-milestones.ts';
import { kubeletMilestones } from './kubelet-milestones.ts';
import { leftoverMilestones } from './leftover-milestones.ts';
import type { MainProcesses } from '../objects/main-processes.ts';
import { nodeMilestones } from './node-milestones.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import type { PodBook } from '../objects/pod-book.ts';
import { podMilestones } from './pod-milestones.ts';
import type { SentConnections } from './sent-connections.ts';
import { sliceMilestones } from './slice-milestones.ts';
import type { TrialMoments } from '../times/trial-moments.ts';
import type { VictimRoutes } from '../routes/victim-routes.ts';

export interface MilestoneInput {
  /** In the order of time. */
  readonly events: readonly HistoryEvent[];
  readonly sightings: readonly ObjectSighting[];
  readonly victims: readonly Victim[];
  readonly book: PodBook;
  readonly main: MainProcesses;
  /** `undefined`: not known, then whatever could be the app's is taken for it. */
  readonly app: TrialApp | undefined;
  readonly moments: TrialMoments;
  readonly sent: SentConnections;
  readonly routes: readonly VictimRoutes[];
  /** What the request ledgers show. */
  readonly fromLoad: readonly Milestone[];
}

/**
 * Every step of every victim's end, and of every new Pod's beginning, from all sources, the best of each. A source that
 * cannot be read for some reason is a finding; its steps are missing.
 */
export function findMilestones(input: MilestoneInput): BestMilestones {
  const { events, sightings, victims, book, main, app, moments, sent, routes, fromLoad } = input;
  const errors = new JudgementErrors();
  const from = (source: string, find: () => readonly Milestone[]): readonly Milestone[] =>
    errors.guard({ name: `milestones of ${source}` }, [], find);
  const best = bestMilestones([
    ...from('the harness', () => actionMilestones(events, victims)),
    ...from('the audit log', () => auditMilestones(events, victims, moments)),
    ...from('Pods', () => podMilestones(sightings, victims, moments)),
    ...from('EndpointSlices', () => sliceMilestones(sightings, victims, moments)),
    ...from('the app', () => appMilestones(events, victims, book, moments)),
    ...from('the kernel', () => kernelMilestones(events, victims, { book, main, app, moments, sent })),
    ...from('the nodes', () => nodeMilestones(events, victims, { book, app, moments, routes })),
    ...from('the kubelets', () => kubeletMilestones(events, victims, book, moments)),
    ...from('new Pods', () => beginMilestones(events, book, moments)),
    ...from('what is left', () => leftoverMilestones(events, victims, moments)),
    ...fromLoad,
  ]);
  return { ...best, findings: [...best.findings, ...errors.findings()] };
}
