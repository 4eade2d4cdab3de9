import type { GapEvent, HistoryEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { LoadSpec } from '../../model/scenario.ts';
import type { TrialRecord, Victim } from '../../model/trial-record.ts';
import type { LoadAnalysis } from '../ledger/analyze-load.ts';
import type { ContainerEnd } from '../milestones/container-ends.ts';
import type { HookFate } from '../milestones/hook-fates.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import type { PodBook } from '../objects/pod-book.ts';
import type { PodObject, PodsAsOf } from '../objects/pods-as-of.ts';
import type { FailedRequest } from '../run-result.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/** All that a judgement about a trial may ask for; each is given what it names of it. */
export interface JudgedTrial {
  readonly record: TrialRecord;
  /** In the order of time, to the end of the clean-up. */
  readonly events: readonly HistoryEvent[];
  readonly moments: TrialMoments;
  readonly victims: readonly Victim[];
  readonly book: PodBook;
  /** Objects as they were at a moment. */
  readonly pods: PodsAsOf;
  /** Of Pods and of the app's own EndpointSlices. */
  readonly sightings: readonly ObjectSighting[];
  /** The Pod that stands for all of the strategy's, as it was at the disruption; `undefined` where none was seen. */
  readonly pod: PodObject | undefined;
  /** Which of its containers answers the requests; `null`: nothing tells. */
  readonly servingContainer: string | null;
  /** Until the clean-up began. */
  readonly milestones: readonly Milestone[];
  /** How each container of each victim ended. */
  readonly ends: readonly ContainerEnd[];
  /** What became of each victim's preStop hooks. */
  readonly hookFates: readonly HookFate[];
  readonly gaps: readonly GapEvent[];
  readonly loadSpecs: readonly LoadSpec[];
  /** Of the loads whose ledger could be read. */
  readonly loads: readonly LoadAnalysis[];
  /** Names of loads whose ledger is there and could not be analysed, which has been said. */
  readonly unreadLoads: readonly string[];
  readonly failures: readonly FailedRequest[];
}
