import type { ActionEvent, HistoryEvent } from '../model/history-event.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { TrialRecord } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';

/**
 * A trial without failures proves something only if the disruption really happened: it must have been asked for,
 * accepted, and a Pod must have been seen going. Otherwise the trial is void.
 */
export function disruptionFindings(
  record: TrialRecord,
  events: readonly HistoryEvent[],
  milestones: readonly Milestone[],
): readonly Finding[] {
  if (record.trial.disruption.type === 'none') return [];
  const actions = events.filter((event): event is ActionEvent => event.type === 'action');
  const accepted = actions.some(({ stage }) => stage === 'accepted');
  const refused = actions.filter(({ stage }) => stage === 'refused');
  if (!accepted) {
    const answer = refused[0];
    const found =
      answer === undefined
        ? 'no answer to it was recorded'
        : `the API server refused it (HTTP ${answer.httpStatus ?? '?'}: ${answer.message ?? 'no message'})`;
    return [
      {
        code: 'disruption-not-accepted',
        severity: 'void',
        message: `The disruption did not happen: ${found}.`,
        eventIds: refused.map(({ id }) => id),
      },
    ];
  }
  const signs: readonly MilestoneName[] =
    record.trial.disruption.type === 'kill-container'
      ? ['process-exited', 'container-terminated']
      : ['deletion-timestamp-seen', 'pod-gone'];
  const seenGoing = milestones.some(({ name }) => signs.includes(name));
  if (seenGoing) return [];
  return [
    {
      code: 'disruption-not-seen',
      severity: 'void',
      message: 'The API server accepted the disruption, but no Pod was seen going before the trial ended.',
    },
  ];
}
