import { NS_PER_MS } from '../model/duration.ts';
import { OUTCOMES, type Outcome } from '../model/request-record.ts';
import { countCauses } from './count-causes.ts';
import { judgeCell } from './judge-cell.ts';
import type { AnalyzedLoad, AnalyzedTrial, CellResult, Comparison, Spread } from './run-result.ts';
import { clopperPearson, lowerBound, upperBound } from './statistics/clopper-pearson.ts';
import { median } from './statistics/median.ts';
import { trialsForBound } from './statistics/trials-for-bound.ts';

/** Bounds that people ask for: how many clean trials would show them? */
const WANTED_BOUNDS = [0.05, 0.01];

export interface CellInput {
  readonly strategy: string;
  readonly disruption: string;
  readonly load: string;
  /** The counted attempt of each planned trial; void ones among them are those that stayed void. */
  readonly trials: readonly AnalyzedTrial[];
  /** Planned trials of a finished run that nothing is there of, or that cannot be read: as good as void. */
  readonly missingTrials: number;
  /** Median shutdown of the reference strategy, ms. */
  readonly referenceShutdownMs: number | null;
  readonly comparison: Comparison | null;
  readonly maxFailingTrials: number;
}

/** Sums one strategy × disruption × load up over its trials. */
export function summarizeCell(input: CellInput): CellResult {
  const valid = input.trials.filter(({ verdict }) => verdict !== 'void');
  const voidTrials = input.trials.length - valid.length + input.missingTrials;
  const loads = valid.flatMap((trial) => trial.loads.filter(({ load }) => load === input.load));
  const failing = loads.filter((load) => load.failing);
  const shutdownMs = spread(valid.map((trial) => trial.shutdownMs));
  const upper = upperBound(failing.length, loads.length);
  const byOutcome = Object.fromEntries(
    OUTCOMES.map((outcome) => [outcome, sum(loads.map((load) => load.byOutcome[outcome]))]),
  ) as Record<Outcome, number>;

  return {
    strategy: input.strategy,
    disruption: input.disruption,
    load: input.load,
    verdict: judgeCell(failing.length, loads.length, voidTrials, input.maxFailingTrials),
    trials: loads.length,
    failingTrials: failing.length,
    voidTrials,
    interval: clopperPearson(failing.length, loads.length),
    upper,
    lower: lowerBound(failing.length, loads.length),
    moreTrialsFor:
      failing.length > 0 || loads.length === 0
        ? []
        : WANTED_BOUNDS.filter((bound) => upper >= bound).map((bound) => ({
            bound,
            trials: trialsForBound(bound) - loads.length,
          })),
    requests: sum(loads.map(({ intended }) => intended)),
    failedRequests: sum(loads.map(({ failed }) => failed)),
    heldUpRequests: sum(loads.map(({ heldUp }) => heldUp)),
    byOutcome,
    byCause: countCauses(valid.flatMap((trial) => trial.failures.filter(({ load }) => load === input.load))),
    failures: spread(loads.map(({ failed }) => failed)),
    lostWindowMs: spread(failing.map(lostWindow)),
    shutdownMs,
    addedShutdownMs:
      shutdownMs.median === null || input.referenceShutdownMs === null
        ? null
        : shutdownMs.median - input.referenceShutdownMs,
    recoveredMs: spread(valid.map((trial) => trial.recoveredMs)),
    baselineLatencyMs: {
      p50: median(loads.map((load) => load.baselineLatencyMs.p50)),
      p99: median(loads.map((load) => load.baselineLatencyMs.p99)),
    },
    eventLatencyMs: {
      p50: median(loads.map((load) => load.eventLatencyMs.p50)),
      p99: median(loads.map((load) => load.eventLatencyMs.p99)),
    },
    latenessP99Ms: spread(loads.map((load) => load.latenessP99Ms)).max,
    comparison: input.comparison,
  };
}

function spread(values: readonly (number | null)[]): Spread {
  const known = values.filter((value) => value !== null);
  return { median: median(known), max: known.length === 0 ? null : Math.max(...known) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function lostWindow(load: AnalyzedLoad): number | null {
  return load.firstFailureNs === null || load.lastFailureNs === null
    ? null
    : (load.lastFailureNs - load.firstFailureNs) / NS_PER_MS;
}
