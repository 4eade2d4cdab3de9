import type { GateResult } from '../../model/gate.ts';
import type { CellHazard, Standing } from '../../model/standing.ts';
import { upperBound } from '../statistics/clopper-pearson.ts';

export interface StandingInput {
  /** Valid trials, and those of them that users would have felt. */
  readonly trials: number;
  readonly failingTrials: number;
  /** Planned trials of which every attempt is void or missing. */
  readonly voidTrials: number;
  /** The failing ones are no more, and no other, than the controls show in which nothing happens to the app. */
  readonly likeBackground: boolean;
  readonly hazards: readonly CellHazard[];
  /** Targets that the scenario sets besides the share of failing trials. */
  readonly gates: readonly Pick<GateResult, 'verdict'>[];
  /** What share of failing trials is too much where hazards cannot be seen. */
  readonly maxFailingTrials: number;
}

/**
 * How a strategy stands with a load. What decides is what was seen: a failed request, else a hazard, each of which is
 * certain however few the trials. Only where hazards cannot be seen the number of trials without a failure has to do.
 * What is good enough by these must meet the scenario's other targets, too.
 */
export function judgeStanding(input: StandingInput): Standing {
  const { trials, failingTrials, voidTrials, likeBackground, hazards, gates } = input;
  if (trials === 0 || tooManyVoid(voidTrials, trials + voidTrials)) return 'void';
  if (failingTrials > 0 && !likeBackground) return 'loses';
  if (hazards.some(({ state }) => state === 'there')) return 'at-risk';
  if (gates.some(({ verdict }) => verdict === 'fail')) return 'misses';
  if (gates.some(({ verdict }) => verdict === 'inconclusive')) return 'unknown';
  const allSeen = hazards.length > 0 && hazards.every(({ state }) => state === 'none');
  if (allSeen && failingTrials === 0) return 'holds';
  return upperBound(failingTrials, trials) < input.maxFailingTrials ? 'bounded' : 'unknown';
}

/**
 * Trials that stay void are left out as long as they are no larger a share of those that were planned than this. Beyond
 * it what is left says little, and may be a choice.
 */
const LARGEST_VOID_SHARE = 0.2;

export function tooManyVoid(voidTrials: number, planned: number): boolean {
  return planned > 0 && voidTrials / planned > LARGEST_VOID_SHARE;
}
