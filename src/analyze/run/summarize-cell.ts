import type { DelayNeed } from '../../model/delay-need.ts';
import { NS_PER_S } from '../../model/duration.ts';
import { OUTCOMES, type Outcome } from '../../model/request-record.ts';
import type { Target } from '../../model/scenario.ts';
import { VERDICT_OF } from '../../model/standing.ts';
import { countCauses, medianPercentiles, spread, sum, sumOfKnown } from './cell-figures.ts';
import { judgeGates } from '../gates/judge-gates.ts';
import { judgeShare } from '../gates/judge-share.ts';
import { cellHazards } from '../margins/cell-hazards.ts';
import { isLikeBackground, type BackgroundFailures } from '../margins/background-failures.ts';
import { judgeStanding } from '../margins/judge-standing.ts';
import type { AnalyzedTrial, CellResult, Comparison } from '../run-result.ts';
import { clopperPearson, lowerBound, upperBound, trialsForBound } from '../statistics/clopper-pearson.ts';
import { median } from '../statistics/quantile.ts';

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
  readonly target: Target;
  /** Of the load; `null` where it sends as fast as answers come. */
  readonly ratePerSecond: number | null;
  /** What fails on this load though nothing happens to the app, for each kind of control. */
  readonly background: readonly BackgroundFailures[];
  /** Of the same disruption; `null` where it says nothing of this load, or of this strategy. */
  readonly need: DelayNeed | null;
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

  const hazards = cellHazards(input.load, valid, input.need);
  const likeBackground = input.background.some((background) =>
    isLikeBackground(input.load, valid, background),
  );
  const { target, load } = input;
  const gates = judgeGates({ target, load, trials: valid, hazards, likeBackground });
  const standing = judgeStanding({
    trials: loads.length,
    failingTrials: failing.length,
    voidTrials,
    likeBackground,
    hazards,
    gates,
    maxFailingTrials: target.maxFailingTrials,
  });
  const share = judgeShare({
    limit: target.maxFailingTrials,
    standing,
    trials: loads.length,
    failingTrials: failing.length,
    upper,
  });
  const idleMs = valid.flatMap(({ margins }) =>
    margins
      .filter(({ load }) => load === input.load)
      .map(({ connections }) => connections?.longestIdleMs ?? null),
  );

  return {
    strategy: input.strategy,
    disruption: input.disruption,
    load: input.load,
    standing,
    verdict: VERDICT_OF[standing],
    hazards,
    gates: standing === 'void' ? [] : [share, ...gates],
    longestIdleMs: spread(idleMs).max,
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
    failedAfterRetry: sum(loads.map((load) => load.failedAfterRetry)),
    executedUnanswered: sumOfKnown(loads.map((load) => load.executedUnanswered)),
    heldUpRequests: sum(loads.map(({ heldUp }) => heldUp)),
    byOutcome,
    byCause: countCauses(valid.flatMap((trial) => trial.failures.filter(({ load }) => load === input.load))),
    failures: spread(loads.map(({ failed }) => failed)),
    failuresAfterRetry: spread(loads.map((load) => load.failedAfterRetry)),
    failedPerDeletionAt100: failedPerDeletion(valid, input),
    lostWindowMs: spread(failing.map((load) => load.lostWindowMs)),
    shutdownMs,
    addedShutdownMs:
      shutdownMs.median === null || input.referenceShutdownMs === null
        ? null
        : shutdownMs.median - input.referenceShutdownMs,
    recoveredMs: spread(valid.map((trial) => trial.recoveredMs)),
    unavailableMs: spread(loads.map((load) => load.unavailableMs)),
    unavailableAtLeast: loads.some((load) => load.unavailableAtLeast),
    baselineLatencyMs: medianPercentiles(loads.map((load) => load.baselineLatencyMs)),
    eventLatencyMs: medianPercentiles(loads.map((load) => load.eventLatencyMs)),
    latenessP99Ms: spread(loads.map((load) => load.latenessP99Ms)).max,
    comparison: input.comparison,
  };
}

/** Of a load without a pace of its own by the rate that it had. */
function failedPerDeletion(
  trials: readonly AnalyzedTrial[],
  { load, ratePerSecond }: CellInput,
): number | null {
  const rates = trials.flatMap(({ loads, phases, loadStoppedNs }) => {
    const fromNs = phases.find(({ phase }) => phase === 'baseline')?.atNs;
    const own = loads.find((each) => each.load === load);
    if (own === undefined || fromNs === undefined || loadStoppedNs === null) return [];
    return [own.intended / ((loadStoppedNs - fromNs) / NS_PER_S)];
  });
  const rate = ratePerSecond ?? median(rates);
  const failed = sum(
    trials
      .flatMap(({ loads }) => loads.filter((each) => each.load === load))
      .map((each) => each.failedAfterRetry),
  );
  const deletions = sum(trials.map(({ victims }) => victims.length));
  return rate === null || rate === 0 || deletions === 0 ? null : ((failed / deletions) * 100) / rate;
}
