import type { ErrorDetails } from '../model/drainbench-error.ts';
import type { ClockIdentity } from '../model/remote-clock.ts';
import type { LiveCounters, LoadSummary, LoadTarget, TrialLoad } from './load-engine.ts';

/** What the parent tells the load process. */
export type ToLoadProcess =
  | {
      readonly type: 'start';
      readonly spec: TrialLoad;
      readonly targets: readonly LoadTarget[];
      /** A reading of the load process' own `process.hrtime.bigint()` to count from, as decimal text (JSON has no bigint). */
      readonly runStartNs: string;
      /** `null`: the rows are told instead of written. */
      readonly ledgerPath: string | null;
    }
  /** What does your clock show? Also the sign of life without which a load that runs elsewhere ends. */
  | { readonly type: 'ping'; readonly id: number }
  | { readonly type: 'stop'; readonly drainMs: number };

/** What the load process tells its parent. */
export type FromLoadProcess =
  /** Its code is loaded; it waits for `start`. */
  | { readonly type: 'ready'; readonly clock: ClockIdentity }
  | { readonly type: 'started' }
  /** `nowNs` since `clock.originNs`. */
  | { readonly type: 'pong'; readonly id: number; readonly nowNs: number }
  | { readonly type: 'counters'; readonly counters: LiveCounters }
  /** Whole lines of the ledger, without its header. */
  | { readonly type: 'rows'; readonly text: string }
  /** Sent last: the ledger is closed, the sockets are gone. */
  | { readonly type: 'stopped'; readonly summary: LoadSummary; readonly told: ToldRows | null }
  | { readonly type: 'failed'; readonly error: ErrorDetails };

/** What the rows that were told must add up to. */
export interface ToldRows {
  readonly rows: number;
  /** Of their text, in hexadecimal. */
  readonly sha256: string;
}
