import type { NewHistoryEvent } from '../model/history-event.ts';

/** What every observer is given. Observers write what they saw; nobody analyses while measuring. */
export interface ObserveContext {
  /** Nanoseconds since run start on CLOCK_MONOTONIC. */
  readonly nowNs: () => number;
  /** Nanoseconds by which what is read now may be read too late (`EventLoopLag`); absent: not known. */
  readonly heldUpNs?: () => number;
  readonly record: (event: NewHistoryEvent) => void;
  readonly signal: AbortSignal;
}

export interface Observer {
  /** Stops looking, and resolves when everything seen has been recorded. */
  stop(): Promise<void>;
}
