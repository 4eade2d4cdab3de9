import type { HistoryEvent, ProcessFactsEvent } from '../../model/history-event.ts';
import type { PodBook } from '../objects/pod-book.ts';

/** What was seen of each container's first process before the traffic: its name → of one of the Pods, for all are alike. */
export function firstProcessFacts(
  events: readonly HistoryEvent[],
  book: PodBook,
): ReadonlyMap<string, ProcessFactsEvent> {
  const facts = new Map<string, ProcessFactsEvent>();
  for (const event of events) {
    if (event.type !== 'process-facts' || book.byUid(event.container.podUid) === undefined) continue;
    if (!facts.has(event.containerName)) facts.set(event.containerName, event);
  }
  return facts;
}
