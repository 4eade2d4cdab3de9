import type { Cause } from '../../model/attribution.ts';
import type { AnalyzedTrial, FailedRequest } from '../run-result.ts';
import { fisherExact } from '../statistics/tests-of-difference.ts';

/** What fails on a load though nothing happens to the app: in how many valid controls of one kind, and why. */
export interface BackgroundFailures {
  readonly trials: number;
  readonly failingTrials: number;
  readonly causes: ReadonlySet<Cause>;
  /** In one of them users would have felt it although no request failed: the load was held up, say. */
  readonly withoutFailure: boolean;
}

const SIGNIFICANCE = 0.05;

/** @param controls valid ones of one kind: nothing happens, or something beside the app */
export function backgroundFailures(load: string, controls: readonly AnalyzedTrial[]): BackgroundFailures {
  const own = controls.flatMap(({ loads }) => loads.filter((each) => each.load === load));
  const failures = controls.flatMap((trial) => remaining(trial, load));
  return {
    trials: own.length,
    failingTrials: own.filter(({ failing }) => failing).length,
    causes: new Set(failures.map(({ attribution }) => attribution.cause)),
    withoutFailure: own.some(({ failing, failedAfterRetry }) => failing && failedAfterRetry === 0),
  };
}

/**
 * Whether the failing trials of a strategy tell no more than the controls do: the same causes, and not more often than
 * chance explains (exact Fisher test). Then they are not held against the strategy.
 *
 * @param trials valid ones
 */
export function isLikeBackground(
  load: string,
  trials: readonly AnalyzedTrial[],
  background: BackgroundFailures,
): boolean {
  const failing = trials.filter(({ loads }) => loads.some((each) => each.load === load && each.failing));
  const alike = failing.every((trial) => {
    const { loads } = trial;
    const own = remaining(trial, load);
    if (own.some(({ attribution }) => !background.causes.has(attribution.cause))) return false;
    return (
      own.length > 0 || background.withoutFailure || !loads.some((each) => each.load === load && each.failing)
    );
  });
  if (!alike || background.failingTrials === 0) return false;
  const more = failing.length * background.trials > background.failingTrials * trials.length;
  const p = fisherExact(failing.length, trials.length, background.failingTrials, background.trials);
  return !(more && p < SIGNIFICANCE);
}

/** What the load's clients did not make good themselves. */
function remaining({ failures }: AnalyzedTrial, load: string): readonly FailedRequest[] {
  return failures.filter((failure) => failure.load === load && !failure.recovered);
}
