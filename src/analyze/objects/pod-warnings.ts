import type { HistoryEvent } from '../../model/history-event.ts';
import { asRecord, asText } from './read-json.ts';

/** An Event of type Warning, as its reporter wrote it; it comes some time after what it tells. */
export interface PodWarning {
  /** Of the object that it is about. */
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** E.g. `FailedScheduling`, `Unhealthy`. */
  readonly reason: string;
  /** One line, without its full stop. */
  readonly message: string;
  /** `the scheduler`, `the kubelet`, `the replicaset-controller`. */
  readonly reporter: string;
  readonly atNs: number;
  readonly eventId: number;
}

/** All that were seen to be written, in the order of time; what a watch lists at its start is old. */
export function podWarnings(events: readonly HistoryEvent[]): readonly PodWarning[] {
  return events.flatMap((event): readonly PodWarning[] => {
    if (event.type !== 'object' || event.kind !== 'Event') return [];
    if (event.change === 'LISTED' || event.change === 'DELETED') return [];
    const { object, atNs, id } = event;
    if (object['type'] !== 'Warning') return [];
    const about = asRecord(object['involvedObject'] ?? object['regarding']);
    const reason = asText(object['reason']) ?? '';
    return [
      {
        kind: asText(about['kind']) ?? '',
        name: asText(about['name']) ?? '',
        uid: asText(about['uid']) ?? '',
        reason,
        message: asQuote(asText(object['message']) ?? asText(object['note']) ?? reason),
        reporter: reporterOf(object),
        atNs,
        eventId: id,
      },
    ];
  });
}

/** The newest of that reason about one Pod until that time; `null` where there is none. */
export function lastWarning(
  events: readonly HistoryEvent[],
  podUid: string,
  untilNs: number,
  reason: string,
): PodWarning | null {
  const own = podWarnings(events).filter((each) => each.uid === podUid && each.reason === reason);
  return own.findLast(({ atNs }) => atNs <= untilNs) ?? null;
}

/** A sentence of somebody else's, fit to be quoted: one line, without its full stop. */
export function asQuote(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
}

function reporterOf(object: Readonly<Record<string, unknown>>): string {
  const component = [asRecord(object['source'])['component'], object['reportingComponent']]
    .map(asText)
    .find((each) => each !== null);
  if (component === undefined) return 'an Event';
  return component === 'default-scheduler' ? 'the scheduler' : `the ${component}`;
}
