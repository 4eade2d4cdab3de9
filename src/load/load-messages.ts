import type { ErrorDetails } from '../model/drainbench-error.ts';
import type { LoadSpec } from '../model/scenario.ts';
import type { LiveCounters, LoadSummary, LoadTarget } from './load-engine.ts';

/** What the parent tells the load process. */
export type ToLoadProcess =
  | {
      readonly type: 'start';
      readonly spec: LoadSpec;
      readonly targets: readonly LoadTarget[];
      /** `process.hrtime.bigint()` at run start, as decimal text (JSON has no bigint). */
      readonly runStartNs: string;
      readonly ledgerPath: string;
    }
  | { readonly type: 'stop'; readonly drainMs: number };

/** What the load process tells its parent. */
export type FromLoadProcess =
  /** Its code is loaded; it waits for `start`. */
  | { readonly type: 'ready' }
  | { readonly type: 'started' }
  | { readonly type: 'counters'; readonly counters: LiveCounters }
  /** Sent last: the ledger is closed, the sockets are gone. */
  | { readonly type: 'stopped'; readonly summary: LoadSummary }
  | { readonly type: 'failed'; readonly error: ErrorDetails };
