import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import type { ObserveContext } from '../../../src/observe/observer.ts';

export interface RecordingContext {
  readonly context: ObserveContext;
  /** All events recorded so far, in order. */
  readonly events: NewHistoryEvent[];
  readonly runStartNs: bigint;
  readonly nowNs: () => number;
}

/** What the conductor gives to an observer, with the events kept in memory. */
export function recordingContext(): RecordingContext {
  const runStartNs = process.hrtime.bigint();
  const nowNs = () => Number(process.hrtime.bigint() - runStartNs);
  const events: NewHistoryEvent[] = [];
  const record = (event: NewHistoryEvent) => {
    events.push(event);
  };
  return { context: { nowNs, record, signal: new AbortController().signal }, events, runStartNs, nowNs };
}
