import type { EventFile } from '../history/event-reader.ts';
import type { HistoryEvent } from '../model/history-event.ts';

/** Event types that the analysis understands although the reader of the file may not name them. */
const UNDERSTOOD: ReadonlySet<unknown> = new Set<HistoryEvent['type']>([
  'signal-sent',
  'process-exit',
  'socket-state',
  'reset-sent',
  'retransmit',
  'endpoint-routed',
  'conntrack',
  'pod-network',
  'proxy-sync',
  'runtime',
  'process-facts',
]);

/** The events of a file in the order of time, and how many of which kinds nobody understands. */
export function understoodEvents(file: EventFile): {
  readonly events: readonly HistoryEvent[];
  readonly unknown: EventFile['unknown'];
} {
  const more = file.unknown.filter(({ type }) => UNDERSTOOD.has(type));
  if (more.length === 0) return { events: file.events, unknown: file.unknown };
  const events = [...file.events, ...(more as unknown as HistoryEvent[])];
  return {
    events: events.sort((a, b) => a.atNs - b.atNs || a.id - b.id),
    unknown: file.unknown.filter(({ type }) => !UNDERSTOOD.has(type)),
  };
}
