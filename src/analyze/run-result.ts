import type { Attribution, Cause } from '../model/attribution.ts';
import type { StrategyBudget } from '../model/budget.ts';
import type { ContractResult } from '../model/contract.ts';
import type { GapEvent } from '../model/history-event.ts';
import type { Milestone } from '../model/milestone.ts';
import type { NodeRules, ProxySyncs } from '../model/node-rules.ts';
import type { Outcome, RequestRecord } from '../model/request-record.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Strategy } from '../model/scenario.ts';
import type { TrialLoadResult, TrialResult } from '../model/trial-result.ts';
import type { TrialRecord, Victim } from '../model/trial-record.ts';
import type { Finding, Verdict } from '../model/verdict.ts';
import type { Interval } from './statistics/clopper-pearson.ts';

/** What happened to the requests that were intended within one slice of time. */
export interface LoadBin {
  /** Begin of the slice, ns since run start; slices are 100 ms long and empty ones are left out. */
  readonly fromNs: number;
  readonly ok: number;
  readonly failed: number;
  /** Censored and not-sent. */
  readonly other: number;
  /** Slowest ok request, ms; `null` when none was ok. */
  readonly maxLatencyMs: number | null;
}

export interface AnalyzedLoad extends TrialLoadResult {
  /** Where it ran, of a load inside of the cluster; `null` on the harness host. */
  readonly inside: TrialRecord['loads'][number]['inside'] | null;
  readonly series: readonly LoadBin[];
}

/** A failed request, and why it failed. */
export interface FailedRequest extends RequestRecord {
  readonly attribution: Attribution;
}

/** One attempt at one trial with all that a report shows of it. All times are ns since run start. */
export interface AnalyzedTrial extends TrialResult {
  readonly loads: readonly AnalyzedLoad[];
  /** This attempt is the one that the statistics use: the first that is not void. */
  readonly counted: boolean;
  /** When the disruption was asked for; `null` when the trial never came that far. */
  readonly disruptionNs: number | null;
  /** When the load was stopped; `null` when the trial never came that far. */
  readonly loadStoppedNs: number | null;
  /** When each phase began, in the order of time. */
  readonly phases: TrialRecord['phases'];
  readonly victims: readonly Victim[];
  readonly milestones: readonly Milestone[];
  /** Of each victim on each node that was heard of. */
  readonly rules: readonly NodeRules[];
  readonly proxySyncs: readonly ProxySyncs[];
  /** What Kubernetes documents, held against each victim. */
  readonly contracts: readonly ContractResult[];
  /** Every failed request of every load, in the order of their start. */
  readonly failures: readonly FailedRequest[];
  readonly gaps: readonly GapEvent[];
}

/** Median and largest value over the counted trials; `null` where no trial has the value. */
export interface Spread {
  readonly median: number | null;
  readonly max: number | null;
}

/** A strategy held against the reference strategy, within blocks. */
export interface Comparison {
  readonly reference: string;
  /** Blocks in which both have a valid trial. */
  readonly blocks: number;
  /** Blocks in which only the one or only the other lost requests. */
  readonly onlyReferenceFailed: number;
  readonly onlyThisFailed: number;
  /** Did trials fail less often? Exact McNemar test, and Holm over the strategies. */
  readonly failingTrials: Answered;
  /** Did fewer requests fail? Paired permutation test of the counts, and Holm over the strategies. */
  readonly failures: Answered;
  /** With fewer blocks than this no difference, however large, could be shown. */
  readonly blocksNeeded: number;
}

export interface Answered {
  readonly answer: 'better' | 'worse' | 'inconclusive';
  readonly p: number;
  readonly pHolm: number;
}

/** One strategy × disruption × load over all its trials. The unit is the trial, never the request. */
export interface CellResult {
  readonly strategy: string;
  readonly disruption: string;
  readonly load: string;
  readonly verdict: Verdict;
  /** Valid trials, and those of them that users would have felt: see `failing` of a load. */
  readonly trials: number;
  readonly failingTrials: number;
  /** Planned trials of which every attempt is void, or (in a finished run) missing. */
  readonly voidTrials: number;
  /** Exact two-sided 95 % interval of the share of failing trials. */
  readonly interval: Interval;
  /** Exact one-sided 95 % bounds of it: what the verdict is judged by. */
  readonly upper: number;
  readonly lower: number;
  /** When no trial failed: how many more such trials bring `upper` below a bound. */
  readonly moreTrialsFor: readonly { readonly bound: number; readonly trials: number }[];
  readonly requests: number;
  readonly failedRequests: number;
  /** Requests that could not be sent because every connection was waiting for the service. */
  readonly heldUpRequests: number;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  /** Why the failed ones failed, by cause; causes that did not occur are left out. */
  readonly byCause: ReadonlyMap<Cause, number>;
  /** Failed requests a trial. */
  readonly failures: Spread;
  /** First to last failed request, ms; over failing trials only. */
  readonly lostWindowMs: Spread;
  readonly shutdownMs: Spread;
  /** Median shutdown minus that of the reference strategy, ms. */
  readonly addedShutdownMs: number | null;
  readonly recoveredMs: Spread;
  /** Latency of ok requests, ms: medians over trials of each trial's percentile. */
  readonly baselineLatencyMs: Percentiles;
  readonly eventLatencyMs: Percentiles;
  /** Largest of the trials' 99th percentiles of start − intended, ms. */
  readonly latenessP99Ms: number | null;
  /** `null` for the reference itself. */
  readonly comparison: Comparison | null;
}

interface Percentiles {
  readonly p50: number | null;
  readonly p99: number | null;
}

/** A strategy over all its cells: as good as its worst. */
export interface StrategyResult {
  readonly name: string;
  readonly strategy: Strategy;
  readonly verdict: Verdict;
  /** Median over all its trials, ms. */
  readonly shutdownMs: number | null;
  readonly addedShutdownMs: number | null;
}

/** Whether the measurement can see what it must see, and sees nothing where there is nothing. */
export interface ControlResult {
  readonly role: 'negative-control' | 'positive-control';
  readonly strategy: string;
  readonly disruption: string;
  readonly trials: number;
  readonly failingTrials: number;
  readonly voidTrials: number;
  readonly failedRequests: number;
  readonly verdict: Verdict;
  /** One sentence: what was expected and what was found. */
  readonly explanation: string;
}

export interface Recommendation {
  /** `null` when none can be recommended. */
  readonly strategy: string | null;
  /** One or two sentences for somebody who is tired. */
  readonly sentence: string;
}

/** All that a run says, computed from its directory alone. Every report is rendered from this. */
export interface RunResult {
  readonly schemaVersion: 1;
  readonly manifest: RunManifest;
  readonly verdict: Verdict;
  /** The answer in one sentence. */
  readonly headline: string;
  readonly recommendation: Recommendation;
  readonly findings: readonly Finding[];
  /** In the order of the scenario; the first is the reference. */
  readonly strategies: readonly StrategyResult[];
  readonly cells: readonly CellResult[];
  readonly controls: readonly ControlResult[];
  /** One for each strategy × disruption of which a step was seen. */
  readonly budgets: readonly StrategyBudget[];
  /** Every attempt, in the order of execution. */
  readonly trials: readonly AnalyzedTrial[];
}
