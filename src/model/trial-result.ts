import type { PlannedTrial } from './plan.ts';
import type { Outcome } from './request-record.ts';
import type { Finding, Verdict } from './verdict.ts';

/** What the right half of the tool computes for one load of one trial, from the history alone. */
export interface TrialLoadResult {
  readonly load: string;
  /** Records in the ledger = intended requests. */
  readonly intended: number;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  /** Sum of the failed outcomes. */
  readonly failed: number;
  /** Of the not-sent ones those from the disruption on that found every connection waiting for the service. */
  readonly heldUp: number;
  /** Users would have felt it: a request failed, or the service held up at least a second's worth of requests. */
  readonly failing: boolean;
  /** First and last failed request, by their start; `null` when nothing failed. */
  readonly firstFailureNs: number | null;
  readonly lastFailureNs: number | null;
  /** Latency (end − intended) of ok requests, in ms, before the disruption and from it on. */
  readonly baselineLatencyMs: LatencySummary;
  readonly eventLatencyMs: LatencySummary;
  /** 99th percentile of start − intended, ms: how late the generator itself was. */
  readonly latenessP99Ms: number | null;
}

export interface LatencySummary {
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

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
