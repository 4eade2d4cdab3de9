import type { HistoryEvent } from '../model/history-event.ts';
import type { Milestone } from '../model/milestone.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { PodBook } from './pod-book.ts';

/** What preflight findings are made of. */
export interface PreflightInput {
  readonly record: TrialRecord;
  readonly events: readonly HistoryEvent[];
  readonly book: PodBook;
  readonly milestones: readonly Milestone[];
}
