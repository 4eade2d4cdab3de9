import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import type { LoadSpec, Target } from '../../model/scenario.ts';
import type { TrialLoadResult } from '../../model/trial-result.ts';
import type { Finding } from '../../model/verdict.ts';
import { formatMs } from '../words/format-figures.ts';

/** Nobody served for so long fails a trial where the scenario says nothing else; see docs/methodology.md. */
const LONGEST_UNAVAILABLE_MS = 1000;
/** The service held a load up for long when so many seconds' worth of its requests could not be sent. */
const LONGEST_HOLD_UP_S = 1;

type Figures = Pick<
  TrialLoadResult,
  'failedAfterRetry' | 'heldUp' | 'heldUpMs' | 'unavailableMs' | 'unavailableAtLeast' | 'eventLatencyMs'
>;

export interface LoadJudgement {
  readonly failing: boolean;
  readonly findings: readonly Finding[];
}

/** The target that a trial is judged by where nothing else is said. */
export const DEFAULT_TARGET: Target = { maxFailingTrials: 0.1 };

/** For how long a load may go without a good answer, ms. */
export function longestUnavailableMs({ maxUnavailableMs = LONGEST_UNAVAILABLE_MS }: Target): number {
  return maxUnavailableMs;
}

/** Whether users of a load would have felt the trial, and what a failed request alone does not say of it. */
export function judgeLoad(spec: LoadSpec, figures: Figures, target: Target): LoadJudgement {
  const { failedAfterRetry, unavailableMs, unavailableAtLeast, eventLatencyMs } = figures;
  const findings: Finding[] = [];
  const say = (code: string, message: string): void => {
    findings.push({ code, severity: 'warning', message: `Load “${spec.name}” ${message}` });
  };
  const heldUp = isHeldUpForLong(spec, figures);
  const limitMs = longestUnavailableMs(target);
  const unavailable = unavailableMs !== null && unavailableMs >= limitMs;
  // What failed or was held up says the same; a target that was set is answered all the same.
  if (unavailable && ((failedAfterRetry === 0 && !heldUp) || target.maxUnavailableMs !== undefined)) {
    const time = `${unavailableAtLeast ? 'at least ' : ''}${formatMs(unavailableMs)}`;
    say(
      'unavailable',
      `got no good answer for ${time} (limit: ${formatMs(limitMs)}): that counts as failed.`,
    );
  }
  const { maxP99Ms = Infinity } = target;
  const { p99, censored } = eventLatencyMs;
  const bound = censored?.lowerBounds.includes('p99') === true;
  const slow = p99 !== null && p99 > maxP99Ms;
  if (slow) {
    const figure = `${bound ? 'at least ' : ''}${formatMs(p99)}`;
    say('p99-above-target', `had a 99th percentile of ${figure} (target: ${formatMs(maxP99Ms)}): that counts as failed.`); // prettier-ignore
  } else if (bound && maxP99Ms < Infinity) {
    say('p99-not-known', `had a 99th percentile of at least ${formatMs(p99)}: whether it was below the target (${formatMs(maxP99Ms)}) is not known.`); // prettier-ignore
  }
  return { failing: failedAfterRetry > 0 || heldUp || unavailable || slow, findings };
}

/** A second without a free connection, or a second's worth of requests: that many users were lost. */
export function isHeldUpForLong(
  { ratePerSecond = Infinity }: LoadSpec,
  { heldUp, heldUpMs }: Pick<Figures, 'heldUp' | 'heldUpMs'>,
): boolean {
  return (
    heldUpMs >= (LONGEST_HOLD_UP_S * NS_PER_S) / NS_PER_MS ||
    (heldUp > 0 && heldUp >= LONGEST_HOLD_UP_S * ratePerSecond)
  );
}
