import { NS_PER_MS } from '../../model/duration.ts';
import type { FailedRequest } from '../../analyze/run-result.ts';
import { OUTCOMES, type Outcome } from '../../model/request-record.ts';
import type { TimeAxis } from './time-axis.ts';

/** Failed requests of one load and outcome that fall on the same few pixels. */
export interface FailureTick {
  readonly x: number;
  /** In the order of their start. */
  readonly failures: readonly FailedRequest[];
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface FailureLane {
  readonly load: string;
  readonly outcome: Outcome;
  readonly count: number;
  readonly ticks: readonly FailureTick[];
}

/** Distance between ticks: thousands of failures stay a few hundred marks that can be hit. */
const TICK_WIDTH = 5;

/** One lane for each load and outcome that occurs, its failures gathered into ticks. Times are relative to `zeroNs`. */
export function failureLanes(
  failures: readonly FailedRequest[],
  zeroNs: number,
  axis: TimeAxis,
): readonly FailureLane[] {
  const lanes = Map.groupBy(failures, ({ load, outcome }) => `${load} ${outcome}`);
  return [...lanes.values()].sort(byLoadThenOutcome).flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const msOf = (failure: FailedRequest): number =>
      ((failure.startNs ?? failure.intendedNs) - zeroNs) / NS_PER_MS;
    const columns = Map.groupBy(own, (failure) => Math.round(axis.x(msOf(failure)) / TICK_WIDTH));
    const ticks = [...columns.entries()]
      .sort(([a], [b]) => a - b)
      .map(([column, gathered]) => {
        // Tens of thousands can fall on one mark: more than a call takes arguments.
        const [firstMs, lastMs] = gathered
          .map(msOf)
          .reduce(([least, most], ms) => [Math.min(least, ms), Math.max(most, ms)], [Infinity, -Infinity]);
        return { x: column * TICK_WIDTH, failures: gathered, firstMs, lastMs };
      });
    return [{ load: first.load, outcome: first.outcome, count: own.length, ticks }];
  });
}

function byLoadThenOutcome([a]: readonly FailedRequest[], [b]: readonly FailedRequest[]): number {
  if (a === undefined || b === undefined) return 0;
  if (a.load !== b.load) return a.load < b.load ? -1 : 1;
  return OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome);
}
