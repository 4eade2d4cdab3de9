import type { CellResult, RunResult } from '../analyze/run-result.ts';
import type { Target } from '../model/scenario.ts';
import { longestUnavailableMs } from '../analyze/ledger/judge-load.ts';
import { routingMargin } from './describe-margin.ts';
import { rounded, significant, toCsv, type Cell } from './to-csv.ts';

const COLUMNS = [
  'strategy',
  'disruption',
  'load',
  'verdict',
  'standing',
  'hazards',
  'routingMarginMs',
  'routingMarginUncertaintyMs',
  'cutConnections',
  'longestIdleMs',
  'trials',
  'failingTrials',
  'voidTrials',
  'failingShare',
  'ci95Lower',
  'ci95Upper',
  'oneSided95Lower',
  'oneSided95Upper',
  'target',
  'minMarginMs',
  'maxShutdownMs',
  'maxRecoveryMs',
  'maxP99Ms',
  'maxUnavailableMs',
  'gates',
  'moreTrialsFor5Percent',
  'moreTrialsFor1Percent',
  'requests',
  'failedRequests',
  'failedAfterRetry',
  'executedUnanswered',
  'heldUpRequests',
  'unavailableMedianMs',
  'unavailableMaxMs',
  'unavailableAtLeast',
  'causes',
  'failuresMedian',
  'failuresMax',
  'failedPerDeletionAt100',
  'lostWindowMedianMs',
  'lostWindowMaxMs',
  'shutdownMedianMs',
  'shutdownMaxMs',
  'addedShutdownMs',
  'recoveredMedianMs',
  'recoveredMaxMs',
  'baselineP50Ms',
  'baselineP99Ms',
  'eventP50Ms',
  'eventP99Ms',
  'lowerBounds',
  'latenessP99Ms',
  'reference',
  'pairedBlocks',
  'blocksNeeded',
  'onlyReferenceFailed',
  'onlyThisFailed',
  'failingAnswer',
  'failingP',
  'failingPHolm',
  'failuresAnswer',
  'failuresP',
  'failuresPHolm',
];

/** strategies.csv: one line for each strategy × disruption × load. */
export function strategiesCsv(result: RunResult): Iterable<string> {
  const { target } = result.manifest.scenario.spec;
  return toCsv(
    COLUMNS,
    result.cells.map((cell) => row(cell, target)),
  );
}

function row(cell: CellResult, target: Target): readonly Cell[] {
  const more = (bound: number): number | null =>
    cell.moreTrialsFor.find((entry) => entry.bound === bound)?.trials ?? null;
  const { comparison } = cell;
  return [
    cell.strategy,
    cell.disruption,
    cell.load,
    cell.verdict,
    cell.standing,
    cell.hazards.map(({ hazard, state }) => `${hazard}=${state}`).join(' '),
    rounded(routingMargin(cell)?.ms ?? null),
    rounded(routingMargin(cell)?.uncertaintyMs ?? null),
    cutConnections(cell),
    rounded(cell.longestIdleMs),
    cell.trials,
    cell.failingTrials,
    cell.voidTrials,
    cell.trials === 0 ? null : rounded(cell.failingTrials / cell.trials),
    rounded(cell.interval.lower),
    rounded(cell.interval.upper),
    rounded(cell.lower),
    rounded(cell.upper),
    target.maxFailingTrials,
    target.minMarginMs ?? null,
    target.maxShutdownMs ?? null,
    target.maxRecoveryMs ?? null,
    target.maxP99Ms ?? null,
    longestUnavailableMs(target),
    cell.gates.map(({ gate, verdict }) => `${gate}=${verdict}`).join(' '),
    more(0.05),
    more(0.01),
    cell.requests,
    cell.failedRequests,
    cell.failedAfterRetry,
    cell.executedUnanswered,
    cell.heldUpRequests,
    rounded(cell.unavailableMs.median),
    rounded(cell.unavailableMs.max),
    cell.unavailableAtLeast,
    [...cell.byCause].map(([cause, count]) => `${cause}=${count}`).join(' '),
    cell.failures.median,
    cell.failures.max,
    rounded(cell.failedPerDeletionAt100),
    rounded(cell.lostWindowMs.median),
    rounded(cell.lostWindowMs.max),
    rounded(cell.shutdownMs.median),
    rounded(cell.shutdownMs.max),
    rounded(cell.addedShutdownMs),
    rounded(cell.recoveredMs.median),
    rounded(cell.recoveredMs.max),
    rounded(cell.baselineLatencyMs.p50),
    rounded(cell.baselineLatencyMs.p99),
    rounded(cell.eventLatencyMs.p50),
    rounded(cell.eventLatencyMs.p99),
    lowerBounds(cell),
    rounded(cell.latenessP99Ms),
    ...(comparison === null
      ? [null, null, null, null, null, null, null, null, null, null, null]
      : [
          comparison.reference,
          comparison.blocks,
          comparison.blocksNeeded,
          comparison.onlyReferenceFailed,
          comparison.onlyThisFailed,
          comparison.failingTrials.answer,
          significant(comparison.failingTrials.p),
          significant(comparison.failingTrials.pHolm),
          comparison.failures.answer,
          significant(comparison.failures.p),
          significant(comparison.failures.pHolm),
        ]),
  ];
}

/** Of connections that nobody knows the end of, none is not said. */
function cutConnections({ hazards }: CellResult): number | null {
  const cut = hazards.find(({ hazard }) => hazard === 'cut-unannounced');
  return cut === undefined || cut.state === 'unknown' ? null : cut.count;
}

/** Which of the percentiles are lower bounds, by their columns. */
function lowerBounds({ baselineLatencyMs, eventLatencyMs }: CellResult): string {
  const named = (prefix: string, names: readonly string[]) =>
    names.map((name) => `${prefix}${name.toUpperCase()}Ms`);
  return [
    ...named('baseline', baselineLatencyMs.lowerBounds),
    ...named('event', eventLatencyMs.lowerBounds),
  ].join(' ');
}
