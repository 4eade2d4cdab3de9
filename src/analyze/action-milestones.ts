import type { ActionEvent, HistoryEvent } from '../model/history-event.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { Victim } from '../model/trial-record.ts';

const NAMES: Readonly<Record<ActionEvent['stage'], MilestoneName | null>> = {
  requested: 'delete-requested',
  accepted: 'delete-accepted',
  refused: 'delete-refused',
  unanswered: null,
};

/** What the harness asked for and was answered: one milestone an action event, whatever object it was aimed at. */
export function actionMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
): readonly Milestone[] {
  return events.flatMap((event) => {
    const name = event.type === 'action' ? NAMES[event.stage] : null;
    if (event.type !== 'action' || name === null) return [];
    return {
      name,
      pod: event.name,
      podUid: event.uid,
      node: victims.find((victim) => victim.uid === event.uid)?.node ?? null,
      container: null,
      atNs: event.atNs,
      uncertaintyNs: event.uncertaintyNs,
      source: event.source,
      eventId: event.id,
    };
  });
}
