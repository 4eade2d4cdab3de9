import type { ActionEvent, HistoryEvent } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';

const NAMES: Readonly<Record<ActionEvent['stage'], MilestoneName | null>> = {
  requested: 'delete-requested',
  accepted: 'delete-accepted',
  refused: 'delete-refused',
  unanswered: null,
};

/** What is done to a Node, and a process that is killed, are no deletion; nor is what is created. */
const DELETES = ({ action, kind }: ActionEvent) =>
  !['Node', 'Preemptor', 'Neighbour'].includes(kind) && action !== 'kill-container';

/** What the harness asked for and was answered: one milestone an action event that is a deletion, of whatever. */
export function actionMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
): readonly Milestone[] {
  return events.flatMap((event) => {
    if (event.type !== 'action' || !DELETES(event)) return [];
    const name = NAMES[event.stage];
    if (name === null) return [];
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
      ...(event.stage === 'refused' && event.message !== undefined ? { detail: event.message } : {}),
    };
  });
}
