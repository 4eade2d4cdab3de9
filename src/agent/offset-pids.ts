import type { NewHistoryEvent } from '../model/history-event.ts';

/** Adds `base` to all pids of an event that count on a kernel: those of several must not be taken for each other. */
export function offsetPids(event: NewHistoryEvent, base: number): NewHistoryEvent {
  if (base === 0 || !('pid' in event)) return event;
  const moved = event.pid == null ? event : { ...event, pid: event.pid + base };
  return moved.type === 'signal-sent' && moved.senderPid !== undefined
    ? { ...moved, senderPid: moved.senderPid + base }
    : moved;
}
