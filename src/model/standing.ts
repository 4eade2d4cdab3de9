import type { Hazard, Margin } from './margin.ts';
import type { Verdict } from './verdict.ts';

/**
 * How a strategy stands with one load, by all its trials.
 *
 * - `loses`: requests failed
 * - `at-risk`: none did, but a hazard was there that could have met some
 * - `misses`: none did, and no hazard was there, but a target of the scenario was missed: a margin, a time
 * - `holds`: none did, and no hazard was there in any trial, beyond what is uncertain
 * - `bounded`: none did; hazards could not be seen, but the share of failing trials is below the target, at 95 %
 * - `unknown`: none did; hazards could not be seen, and there are too few trials to tell without; or it could not be seen
 *   whether a target of the scenario was met
 * - `void`: too much of it could not be measured
 */
export type Standing = 'loses' | 'at-risk' | 'misses' | 'holds' | 'bounded' | 'unknown' | 'void';

/** What a standing means to whoever only asks whether it is good enough. */
export const VERDICT_OF: Readonly<Record<Standing, Verdict>> = {
  loses: 'fail',
  'at-risk': 'fail',
  misses: 'fail',
  holds: 'pass',
  bounded: 'pass',
  unknown: 'inconclusive',
  void: 'void',
};

/** One hazard over all valid trials of a strategy and a load. */
export interface CellHazard {
  readonly hazard: Hazard;
  readonly state: 'there' | 'none' | 'unknown';
  /** In how many trials it was there, was not, and could not be seen. */
  readonly there: number;
  readonly none: number;
  readonly unknown: number;
  /** The smallest margin of all trials; `null` where the hazard has none, or none is known. */
  readonly worst: Margin | null;
  /** Sum over the trials: Pods × nodes, connections, requests or ms. */
  readonly count: number;
  /** Number of the trial that shows it best, and what it was there; `null` and empty where there is nothing to show. */
  readonly trial: number | null;
  readonly detail: string;
}
