import type { HistoryEvent, TrialPhase } from '../model/history-event.ts';

/** The moments of a trial that everything else is measured against, ns since run start; `null` = never came. */
export interface TrialMoments {
  /** The first thing the disruption asked for; for `none`, the moment it would have. */
  readonly disruptionNs: number | null;
  readonly loadStoppedNs: number | null;
  /** From here on Pods go because the trial is being tidied away. */
  readonly cleanUpNs: number | null;
}

/** Finds them in the events (in the order of time). */
export function trialMoments(events: readonly HistoryEvent[]): TrialMoments {
  const requested = events.find((event) => event.type === 'action' && event.stage === 'requested');
  return {
    disruptionNs: requested?.atNs ?? phaseStart(events, 'disrupt'),
    loadStoppedNs: phaseStart(events, 'stop-load'),
    cleanUpNs: phaseStart(events, 'clean-up'),
  };
}

function phaseStart(events: readonly HistoryEvent[], phase: TrialPhase): number | null {
  return events.find((event) => event.type === 'phase' && event.phase === phase)?.atNs ?? null;
}
