import type { CellResult } from '../../../../src/analyze/run-result.ts';
import {
  clopperPearson,
  lowerBound,
  upperBound,
} from '../../../../src/analyze/statistics/clopper-pearson.ts';
import type { Cause } from '../../../../src/model/attribution.ts';
import { OUTCOMES, type Outcome } from '../../../../src/model/request-record.ts';

const NO_SPREAD = { median: null, max: null } as const;
const NO_LATENCY = { p50: null, p99: null, lowerBounds: [] } as const;

/** A cell of which only what a sentence is made of is told. */
export function cell(
  strategy: string,
  failingTrials: number,
  trials: number,
  more: {
    readonly load?: string;
    readonly failedRequests?: number;
    readonly failedAfterRetry?: number;
    readonly heldUpRequests?: number;
    readonly byCause?: readonly (readonly [Cause, number])[];
  } = {},
): CellResult {
  return {
    strategy,
    disruption: 'delete',
    load: more.load ?? 'fresh',
    verdict: failingTrials > 0 ? 'fail' : 'pass',
    standing: failingTrials > 0 ? 'loses' : 'holds',
    hazards: [],
    gates: [],
    longestIdleMs: null,
    failedPerDeletionAt100: null,
    trials,
    failingTrials,
    voidTrials: 0,
    interval: clopperPearson(failingTrials, trials),
    upper: upperBound(failingTrials, trials),
    lower: lowerBound(failingTrials, trials),
    moreTrialsFor: [],
    requests: 1000,
    failedRequests: more.failedRequests ?? failingTrials,
    failedAfterRetry: more.failedAfterRetry ?? more.failedRequests ?? failingTrials,
    executedUnanswered: null,
    heldUpRequests: more.heldUpRequests ?? 0,
    byOutcome: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>,
    byCause: new Map(more.byCause),
    failures: NO_SPREAD,
    failuresAfterRetry: NO_SPREAD,
    unavailableMs: NO_SPREAD,
    unavailableAtLeast: false,
    lostWindowMs: NO_SPREAD,
    shutdownMs: NO_SPREAD,
    addedShutdownMs: null,
    recoveredMs: NO_SPREAD,
    baselineLatencyMs: NO_LATENCY,
    eventLatencyMs: NO_LATENCY,
    latenessP99Ms: null,
    comparison: null,
  };
}
