import type { Attribution, Cause } from '../model/attribution.ts';
import type { StrategyBudget } from '../model/budget.ts';
import type { ContractResult } from '../model/contract.ts';
import type { DelayNeed } from '../model/delay-need.ts';
import type { GateResult } from '../model/gate.ts';
import type { GapEvent } from '../model/history-event.ts';
import type { LoadMargins, Margin } from '../model/margin.ts';
import type { Milestone } from '../model/milestone.ts';
import type { NodeRules, ProxySyncs } from '../model/node-rules.ts';
import type { TrialRole } from '../model/plan.ts';
import type { Outcome, RequestRecord } from '../model/request-record.ts';
import type { RunManifest } from '../model/run-manifest.ts';
import type { Strategy } from '../model/scenario.ts';
import type { CellHazard, Standing } from '../model/standing.ts';
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
  /** Due, and not sent because their connections waited for the service. */
  readonly heldUp: number;
  /** Censored, and not sent for other reasons. */
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
  /** The id of the attempt that repeated it; `null`: none did. */
  readonly retriedBy: number | null;
  /** That attempt was ok: the client's user noticed nothing but the time. */
  readonly recovered: boolean;
  /** The app had it, as its own ledger says; `null`: not known. */
  readonly executed: boolean | null;
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
  /** Which trial it was on its deployment of the app, from 1. */
  readonly standUse: number;
  /**
   * Changes of other Services, those of other trials, that a node's kube-proxy wrote in the second before the
   * disruption, where they were the most; `null`: not known.
   */
  readonly othersChanges: number | null;
  /** When each phase began, in the order of time. */
  readonly phases: TrialRecord['phases'];
  readonly victims: readonly Victim[];
  readonly milestones: readonly Milestone[];
  /** Of each victim on each node that was heard of. */
  readonly rules: readonly NodeRules[];
  readonly proxySyncs: readonly ProxySyncs[];
  /** One for each load; empty where nothing was disrupted. */
  readonly margins: readonly LoadMargins[];
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
  /** Did trials fail less often? Exact McNemar test, and Holm over all that the run asks. */
  readonly failingTrials: Answered;
  /** Were fewer requests lost? Paired permutation test of the counts, and Holm over all that the run asks. */
  readonly failures: Answered;
  /** How many questions that are: two for each strategy, load and disruption but the reference's. */
  readonly questions: number;
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
  readonly standing: Standing;
  /** What the standing means to whoever only asks whether it is good enough. */
  readonly verdict: Verdict;
  /** Those that the load can meet, in the order of HAZARDS. */
  readonly hazards: readonly CellHazard[];
  /** The targets that the scenario sets, in the order of GATES; empty where the cell is void. */
  readonly gates: readonly GateResult[];
  /** The longest that a connection of the load waited between two requests, ms; `null` of fresh ones, or not known. */
  readonly longestIdleMs: number | null;
  /** Valid trials, and those of them that users would have felt: see `failing` of a load. */
  readonly trials: number;
  readonly failingTrials: number;
  /** Planned trials of which every attempt is void, or (in a finished run) missing. */
  readonly voidTrials: number;
  /** Exact two-sided 95 % interval of the share of failing trials. */
  readonly interval: Interval;
  /** Exact one-sided 95 % bounds of it: what decides where hazards cannot be seen. */
  readonly upper: number;
  readonly lower: number;
  /** When no trial failed: how many more such trials bring `upper` below a bound. */
  readonly moreTrialsFor: readonly { readonly bound: number; readonly trials: number }[];
  readonly requests: number;
  readonly failedRequests: number;
  /** Of these, what the client model did not make good. */
  readonly failedAfterRetry: number;
  /** Failed attempts that the app had and did not answer; `null`: its ledger does not tell of all trials. */
  readonly executedUnanswered: number | null;
  /** Requests that could not be sent because every connection was waiting for the service. */
  readonly heldUpRequests: number;
  readonly byOutcome: Readonly<Record<Outcome, number>>;
  /** Why the failed ones failed, by cause; causes that did not occur are left out. */
  readonly byCause: ReadonlyMap<Cause, number>;
  /** Failed requests a trial, every attempt counted, and what the client model did not make good. */
  readonly failures: Spread;
  readonly failuresAfterRetry: Spread;
  /**
   * Failed requests that the client model did not make good, for each Pod that went, had the load sent 100 requests a
   * second: what compares loads and runs of other rates. `null` where nothing went, or the load's rate is not known.
   */
  readonly failedPerDeletionAt100: number | null;
  /** See `lostWindowMs` of a load; over failing trials only. */
  readonly lostWindowMs: Spread;
  readonly shutdownMs: Spread;
  /** Median shutdown minus that of the reference strategy, ms. */
  readonly addedShutdownMs: number | null;
  readonly recoveredMs: Spread;
  /** Longest time without a good answer, ms, over trials. */
  readonly unavailableMs: Spread;
  /** In some trial no good answer ended it: the largest is a lower bound. */
  readonly unavailableAtLeast: boolean;
  /** Latency, ms: medians over trials of each trial's percentile. */
  readonly baselineLatencyMs: Percentiles;
  readonly eventLatencyMs: Percentiles;
  /** Largest of the trials' 99th percentiles of start − intended, ms. */
  readonly latenessP99Ms: number | null;
  /** `null` for the reference itself. */
  readonly comparison: Comparison | null;
}

export interface Percentiles {
  readonly p50: number | null;
  readonly p99: number | null;
  /** Those that are lower bounds: they would be larger if what could not be sent had waited for ever. */
  readonly lowerBounds: readonly ('p50' | 'p99')[];
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
  readonly role: Exclude<TrialRole, 'comparison'>;
  readonly strategy: string;
  readonly disruption: string;
  readonly trials: number;
  readonly failingTrials: number;
  readonly voidTrials: number;
  /** What its trials are judged by: of a positive control every attempt, of others what remained after retries. */
  readonly failedRequests: number;
  readonly verdict: Verdict;
  /** One sentence: what was expected and what was found. */
  readonly explanation: string;
}

/** Which setting holds for one load, whatever the disruption. */
export interface LoadAnswer {
  readonly load: string;
  /** The best that any strategy has. */
  readonly standing: Standing;
  /** The cheapest that holds, or is bounded where none holds; `null`: there is none. */
  readonly strategy: string | null;
  /** The same; where there is none, the one that comes closest. `null`: nothing was measured. */
  readonly closest: string | null;
  /** Its smallest routing margin, against the slowest deletion of the run; `null`: none is known. */
  readonly spare: Margin | null;
  /** What it costs, ms: the median shutdown of a Pod, and that minus the reference strategy's. */
  readonly shutdownMs: number | null;
  readonly addedShutdownMs: number | null;
  /** How many more trials without a failure would bound it below the target; `null` unless that is what is missing. */
  readonly moreTrials: number | null;
  /** The answer, and where none holds what would. Reads on from the name of the load. */
  readonly sentence: string;
}

/** What helps against failures, by their causes and by what was measured. */
export interface Cure {
  /** Those that it would have helped, in the order of the scenario. */
  readonly strategies: readonly string[];
  readonly causes: readonly Cause[];
  /** On connections that are used again and again, on fresh ones, or on both. */
  readonly connections: readonly ('fresh' | 'kept-alive')[];
  /** So many of their requests failed for these causes. */
  readonly requests: number;
  /** A clause that can follow a colon. */
  readonly cure: string;
}

export interface Recommendation {
  /** `null` when none can be recommended. */
  readonly strategy: string | null;
  /** One or two sentences for somebody who is tired. */
  readonly sentence: string;
  /** In the order of the scenario. */
  readonly loads: readonly LoadAnswer[];
}

/** One line of what a tuned setting is, what it rests on and what it costs. */
export interface TuneFact {
  readonly about: 'setting' | 'needed' | 'margin' | 'grace' | 'cost';
  readonly text: string;
}

/** What a tune says, by what is recorded of it; it need not be over. */
export interface TuneAnswer {
  readonly verdict: Verdict;
  /** The answer in one sentence. */
  readonly headline: string;
  /** What to do. */
  readonly advice: string;
  /** The last setting that was tried, or the one that follows and was not; `null`: none does. */
  readonly setting: Strategy | null;
  /** Empty where there is no setting. */
  readonly facts: readonly TuneFact[];
}

/** All that a run says, computed from its directory alone. Every report is rendered from this. */
export interface RunResult {
  readonly schemaVersion: 1;
  readonly manifest: RunManifest;
  readonly verdict: Verdict;
  /** The answer in one sentence. */
  readonly headline: string;
  readonly recommendation: Recommendation;
  /** Only of a tune, whose answer the verdict, the headline and the recommendation then are. */
  readonly tune: TuneAnswer | null;
  /** Empty where nothing failed, where nothing is known to help, and in a void run. */
  readonly cures: readonly Cure[];
  readonly findings: readonly Finding[];
  /** In the order of the scenario; the first is the reference. */
  readonly strategies: readonly StrategyResult[];
  readonly cells: readonly CellResult[];
  readonly controls: readonly ControlResult[];
  /** One for each strategy × disruption of which a step was seen. */
  readonly budgets: readonly StrategyBudget[];
  /** How long Pods must go on listening after their delete: one for each disruption of the scenario. */
  readonly needs: readonly DelayNeed[];
  /** Every attempt, in the order of execution. */
  readonly trials: readonly AnalyzedTrial[];
}
