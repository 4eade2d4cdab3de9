import type { DelayNeed, RulesGone } from '../../model/delay-need.ts';
import type { Tune } from '../../model/tune.ts';
import { disruptionLabel } from '../words/disruption-label.ts';
import { listensFor } from '../margins/delay-need.ts';
import type { AnalyzedTrial } from '../run-result.ts';

/** How long a preStop must keep one app from its stop signal, by all that the trials so far show. */
export type DelayOfApp =
  | {
      readonly state: 'known';
      /** The preStop that would have been enough in every trial, ms. */
      readonly ms: number;
      /** The slowest deletion of all, whatever its app; and of how many trials. */
      readonly slowest: RulesGone;
      readonly trials: number;
      /** For how long the app listened after its delete without any preStop, at least, ms. */
      readonly listensMs: number;
    }
  /** No delay that was seen would have been enough: in so many trials a node never dropped a Pod. */
  | { readonly state: 'never-dropped'; readonly trials: number }
  /** It could not be seen when nodes stopped sending, or when the app closed its listener. */
  | { readonly state: 'not-seen' };

/**
 * When nodes stop sending does not depend on what a Pod does later, so that all trials tell it; for how long this app
 * listens, and whether it ends before its requests are answered, only its own.
 *
 * @param trials valid ones of the app, with any preStop
 * @param needs of all disruptions of the scenario
 */
export function delayOfApp(
  trials: readonly AnalyzedTrial[],
  needs: readonly DelayNeed[],
  tune: Tune,
): DelayOfApp {
  const neverDropped = needs.reduce((sum, need) => sum + need.neverDropped, 0);
  if (neverDropped > 0) return { state: 'never-dropped', trials: neverDropped };
  const delays = needs.map((need) => {
    const own = trials.filter(({ trial }) => disruptionLabel(trial.disruption) === need.disruption);
    const listens = own.map((trial) => listensWithout(trial, tune)).filter((ms) => ms !== null);
    const [slowest] = need.trials;
    if (slowest === undefined || listens.length === 0) return null;
    const listensMs = Math.min(...listens);
    const ms = slowest.ms + slowest.uncertaintyMs - listensMs;
    return { ms, slowest, trials: need.trials.length, listensMs };
  });
  const [longest] = delays.filter((delay) => delay !== null).toSorted((a, b) => b.ms - a.ms);
  if (longest === undefined || delays.includes(null)) return { state: 'not-seen' };
  const ends = trials.flatMap((trial) => endsTooEarly(trial, tune));
  return { state: 'known', ...longest, ms: Math.max(0, longest.ms, ...ends) };
}

/** How long a trial's preStop slept, ms. */
export function sleptMs({ trial }: Pick<AnalyzedTrial, 'trial'>, { settings }: Tune): number {
  return (settings.find(({ strategy }) => strategy === trial.strategy.name)?.seconds ?? 0) * 1000;
}

/** Below zero where it did not even listen for as long as its preStop was to sleep. */
function listensWithout(trial: AnalyzedTrial, tune: Tune): number | null {
  const listens = listensFor(trial);
  return listens === null ? null : listens.ms - listens.uncertaintyMs - sleptMs(trial, tune);
}

/** The preStop with which the app would not have ended before what it still may have got was answered, ms. */
function endsTooEarly(trial: AnalyzedTrial, tune: Tune): readonly number[] {
  return trial.margins.flatMap(({ grace }) =>
    grace.flatMap(({ until, margin }) =>
      // Of one that had time left it is not known how much less would have done.
      until === 'end' && margin !== null && margin.ms <= margin.uncertaintyMs
        ? [sleptMs(trial, tune) + margin.uncertaintyMs - margin.ms]
        : [],
    ),
  );
}
