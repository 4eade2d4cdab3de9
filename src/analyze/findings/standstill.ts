import type { HistoryEvent, ObjectEvent } from '../../model/history-event.ts';
import { podView } from '../objects/pod-view.ts';
import { asList, asRecord, asText } from '../objects/read-json.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/** Why a disruption that was accepted got no further, in the words of the scheduler or the API server. */
export interface Standstill {
  readonly reason: string;
  readonly eventId: number;
}

/** Events about a Pod that could not be made, by whoever should have made it: a quota, an admission. */
const NOT_MADE: ReadonlySet<string> = new Set(['FailedCreate']);

/**
 * What kept the replacements from coming until the load was stopped: a Pod that no node takes, or that may not be made.
 * `null` where nothing says so.
 */
export function standstill(
  events: readonly HistoryEvent[],
  namespace: string,
  { disruptionNs, loadStoppedNs }: TrialMoments,
): Standstill | null {
  if (disruptionNs === null) return null;
  const during = events.filter(
    (event): event is ObjectEvent =>
      event.type === 'object' &&
      event.namespace === namespace &&
      event.atNs >= disruptionNs &&
      event.atNs <= (loadStoppedNs ?? Infinity),
  );
  const pods = new Map(during.filter(({ kind }) => kind === 'Pod').map((event) => [event.uid, event]));
  for (const pod of pods.values()) {
    if (pod.change === 'DELETED' || podView(pod).deleting) continue;
    const unscheduled = asList(asRecord(pod.object['status'])['conditions'])
      .map(asRecord)
      .find(({ type, status }) => type === 'PodScheduled' && status === 'False');
    if (unscheduled !== undefined) return { reason: phraseOf(unscheduled), eventId: pod.id };
  }
  const refused = during.findLast(
    ({ kind, object }) => kind === 'Event' && NOT_MADE.has(asText(object['reason']) ?? ''),
  );
  return refused === undefined ? null : { reason: phraseOf(refused.object), eventId: refused.id };
}

function phraseOf({ reason, message }: Readonly<Record<string, unknown>>): string {
  return [asText(reason), asText(message)?.replace(/[.\s]+$/, '')].filter((part) => part != null).join(': ');
}
