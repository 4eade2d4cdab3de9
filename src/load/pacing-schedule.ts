import { NS_PER_MS, NS_PER_S } from '../model/duration.ts';

/**
 * A request that could not be sent within this time after it was due is given up as `not-sent`. Sending it later
 * would be a burst that the load model never asked for. 100 ms is as long as a stall of the generator (collector, CPU
 * taken by Pods that start) commonly is, and shorter than any preStop worth comparing.
 */
const MAX_LATENESS_MS = 100;
export const MAX_LATENESS_NS = MAX_LATENESS_MS * NS_PER_MS;

/** Open model: when request `index` (from 0) is due. Absolute, so that lateness of one never moves another. */
export function dueNs(startNs: number, ratePerSecond: number, index: number): number {
  return startNs + Math.round((index * NS_PER_S) / ratePerSecond);
}

/** One connection's share of the open schedule: every `lanes`-th slot, beginning with slot `lane`. */
export interface PacingLane {
  readonly startNs: number;
  readonly ratePerSecond: number;
  /** From 0. */
  readonly lane: number;
  readonly lanes: number;
}

/** When this lane's slot `turn` (from 0) is due. */
export function laneDueNs(lane: PacingLane, turn: number): number {
  return dueNs(lane.startNs, lane.ratePerSecond, turn * lane.lanes + lane.lane);
}
