import type { ActionEvent, HistoryEvent } from '../model/history-event.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { Victim } from '../model/trial-record.ts';

const NAMES: Readonly<Record<ActionEvent['stage'], MilestoneName>> = {
  requested: 'delete-requested',
  accepted: 'delete-accepted',
  refused: 'delete-refused',
};

/** What the harness asked for and was answered: one milestone an action event, whatever object it was aimed at. */
export function actionMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
): readonly Milestone[] {
  return events
    .filter((event) => event.type === 'action')
    .map((event) => ({
      name: NAMES[event.stage],
      pod: event.name,
      podUid: event.uid,
      node: victims.find((victim) => victim.uid === event.uid)?.node ?? null,
      container: null,
      atNs: event.atNs,
      uncertaintyNs: event.uncertaintyNs,
      source: event.source,
      eventId: event.id,
    }));
}
