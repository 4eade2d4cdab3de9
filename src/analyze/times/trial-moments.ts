import type { HistoryEvent, TrialPhase } from '../../model/history-event.ts';

/** The moments of a trial that everything else is measured against, ns since run start; `null` = never came. */
export interface TrialMoments {
  /**
   * The first request of the disruption that took effect (if none did: the first of all); for `none`, the moment it
   * would have been sent.
   */
  readonly disruptionNs: number | null;
  readonly loadStoppedNs: number | null;
  /** From here on Pods go because the trial is being tidied away. */
  readonly cleanUpNs: number | null;
}

/** Finds them in the events (in the order of time). */
export function trialMoments(events: readonly HistoryEvent[]): TrialMoments {
  return {
    disruptionNs: disruptionStart(events) ?? phaseStart(events, 'disrupt'),
    loadStoppedNs: phaseStart(events, 'stop-load'),
    cleanUpNs: phaseStart(events, 'clean-up'),
  };
}

function disruptionStart(events: readonly HistoryEvent[]): number | null {
  const actions = events.filter((event) => event.type === 'action').toSorted((a, b) => a.id - b.id);
  /** The last request about each object, in the order in which they were written down. */
  const asked = new Map<string, number>();
  const effective: number[] = [];
  for (const { stage, action, uid, atNs } of actions) {
    const about = `${action} ${uid}`;
    if (stage === 'requested') asked.set(about, atNs);
    if (stage === 'accepted') effective.push(asked.get(about) ?? atNs);
  }
  if (effective.length > 0) return Math.min(...effective);
  return actions.find(({ stage }) => stage === 'requested')?.atNs ?? null;
}

function phaseStart(events: readonly HistoryEvent[], phase: TrialPhase): number | null {
  return events.find((event) => event.type === 'phase' && event.phase === phase)?.atNs ?? null;
}
