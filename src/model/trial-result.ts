import type { PlannedTrial } from './plan.ts';
import type { Outcome } from './request-record.ts';
import type { Finding, Verdict } from './verdict.ts';

/** What the right half of the tool computes for one load of one trial, from the history alone. */
export interface TrialLoadResult {
  readonly load: string;
  /** Records in the ledger = intended requests. */
  readonly intended: number;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  /** Sum of the failed outcomes: every attempt counts. */
  readonly failed: number;
  /** Of these, what the client model did not make good: no later attempt at the same request was ok. */
  readonly failedAfterRetry: number;
  /**
   * Failed attempts that the app had, by its own ledger, and that got no whole answer: not safe to repeat. A Pod that was
   * killed may lack its last rows. `null`: requests failed, and the app keeps no ledger.
   */
  readonly executedUnanswered: number | null;
  /** Requests that were due from the disruption on and could not be sent: their connections waited for the service. */
  readonly heldUp: number;
  /** How long, of the time in which requests were held up, no connection at all was free, ms. */
  readonly heldUpMs: number;
  /** Longest time from the disruption on without a good answer although one was wanted, ms; `null`: none was wanted. */
  readonly unavailableMs: number | null;
  /** No good answer ended that time: it was at least so long. */
  readonly unavailableAtLeast: boolean;
  /** Users would have felt it: a request failed, or was held up for long, or a target of the scenario was missed. */
  readonly failing: boolean;
  /** First and last failed request, by their start; `null` when nothing failed. */
  readonly firstFailureNs: number | null;
  readonly lastFailureNs: number | null;
  /**
   * From the start of the first request that failed and was not made good to the outcome of the last, ms: a time-out is
   * felt until then. `null` where none remained.
   */
  readonly lostWindowMs: number | null;
  /** Latency (end − intended) in ms, before the disruption and from it on: of ok requests and of what could not be sent. */
  readonly baselineLatencyMs: LatencySummary;
  readonly eventLatencyMs: LatencySummary;
  /** 99th percentile of start − intended, ms: how late the generator itself was. */
  readonly latenessP99Ms: number | null;
}

export interface LatencySummary {
  /** Ok requests. */
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  /** Absent: the latency of every request that counts here is known. */
  readonly censored?: {
    /** Requests that were due and could not be sent: they waited for so long at least. */
    readonly requests: number;
    /** The figures that would be larger if those had waited for ever. */
    readonly lowerBounds: readonly LatencyFigure[];
  };
}

export type LatencyFigure = 'p50' | 'p99' | 'max';

/** One trial, measured. `void` trials carry the findings that made them so. */
export interface TrialResult {
  readonly trial: PlannedTrial;
  /** 1 for the first try; a trial that became void is repeated once as attempt 2. */
  readonly attempt: number;
  /** Folder below the run directory. */
  readonly directory: string;
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
  readonly loads: readonly TrialLoadResult[];
  /** Delete requested → the victim's last container ended (object gone where the end of one was not seen), ms. */
  readonly shutdownMs: number | null;
  /** Delete requested → as many Pods Ready as before, ms. */
  readonly recoveredMs: number | null;
}
