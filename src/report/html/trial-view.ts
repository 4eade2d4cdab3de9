import type { AnalyzedTrial } from '../../analyze/run-result.ts';
import type { TickRows } from '../page/page-data.d.ts';
import type { EmbeddedRows } from './embedded-rows.ts';
import { timelineView, type TimelineView } from './timeline-view.ts';
import { trialAnchor } from './trial-anchor.ts';

/** One trial as the page shows it. */
export interface TrialView {
  readonly trial: AnalyzedTrial;
  readonly anchor: string;
  /** What the times count from: the disruption, or the first request where there was none. Ns since run start. */
  readonly zeroNs: number;
  readonly timeline: TimelineView | null;
  /** One entry for each mark of the timeline, in its order. */
  readonly ticks: readonly TickRows[];
}

/** Lays a trial out and takes its share of the rows that the page can hold. */
export function trialView(trial: AnalyzedTrial, rows: EmbeddedRows): TrialView {
  const zeroNs = trial.disruptionNs ?? trial.loads[0]?.series[0]?.fromNs ?? 0;
  const timeline = timelineView(trial, zeroNs);
  const ticks = timeline?.lanes.flatMap((lane) => lane.ticks.map(({ failures }) => failures)) ?? [];
  return { trial, anchor: trialAnchor(trial), zeroNs, timeline, ticks: rows.take(trial, ticks, zeroNs) };
}
