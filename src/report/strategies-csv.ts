import type { CellResult, RunResult } from '../analyze/run-result.ts';
import { rounded, significant, toCsv, type Cell } from './to-csv.ts';

const COLUMNS = [
  'strategy',
  'disruption',
  'load',
  'verdict',
  'trials',
  'failingTrials',
  'voidTrials',
  'failingShare',
  'ci95Lower',
  'ci95Upper',
  'oneSided95Lower',
  'oneSided95Upper',
  'target',
  'moreTrialsFor5Percent',
  'moreTrialsFor1Percent',
  'requests',
  'failedRequests',
  'heldUpRequests',
  'causes',
  'failuresMedian',
  'failuresMax',
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
  const target = result.manifest.scenario.spec.target.maxFailingTrials;
  return toCsv(
    COLUMNS,
    result.cells.map((cell) => row(cell, target)),
  );
}

function row(cell: CellResult, target: number): readonly Cell[] {
  const more = (bound: number): number | null =>
    cell.moreTrialsFor.find((entry) => entry.bound === bound)?.trials ?? null;
  const { comparison } = cell;
  return [
    cell.strategy,
    cell.disruption,
    cell.load,
    cell.verdict,
    cell.trials,
    cell.failingTrials,
    cell.voidTrials,
    cell.trials === 0 ? null : rounded(cell.failingTrials / cell.trials),
    rounded(cell.interval.lower),
    rounded(cell.interval.upper),
    rounded(cell.lower),
    rounded(cell.upper),
    target,
    more(0.05),
    more(0.01),
    cell.requests,
    cell.failedRequests,
    cell.heldUpRequests,
    [...cell.byCause].map(([cause, count]) => `${cause}=${count}`).join(' '),
    cell.failures.median,
    cell.failures.max,
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
