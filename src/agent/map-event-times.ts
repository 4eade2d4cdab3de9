import type { NewHistoryEvent } from '../model/history-event.ts';
import type { MappedTime } from '../model/clock-mapping.ts';

/** Puts an agent's event on the run's time line; what the clocks leave open is added to its uncertainty. */
export function mapEventTimes(
  event: NewHistoryEvent,
  toRun: (remoteNs: number) => MappedTime,
): NewHistoryEvent {
  const { atNs, uncertaintyNs } = toRun(event.atNs);
  const mapped = { ...event, atNs, uncertaintyNs: event.uncertaintyNs + uncertaintyNs };
  if (mapped.type === 'observation-gap') {
    const from = toRun(mapped.fromNs);
    const to = toRun(mapped.toNs);
    // A gap may only become longer by what is not known.
    return { ...mapped, fromNs: from.atNs - from.uncertaintyNs, toNs: to.atNs + to.uncertaintyNs };
  }
  if (mapped.type === 'proxy-sync') {
    return {
      ...mapped,
      lastSyncNs: toRun(mapped.lastSyncNs).atNs,
      lastQueuedNs: toRun(mapped.lastQueuedNs).atNs,
    };
  }
  if (mapped.type === 'socket-state' && mapped.lastReadNs !== undefined) {
    return { ...mapped, lastReadNs: toRun(mapped.lastReadNs).atNs };
  }
  return mapped;
}
