import type { DelayNeed } from '../../model/delay-need.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { Margin } from '../../model/margin.ts';
import type { AnalyzedTrial } from '../run-result.ts';
import { coveredShare, median } from '../statistics/quantile.ts';
import { listenerEnd } from './routing-margins.ts';
import { deleteOf, rulesGone } from './rules-gone.ts';
import { strategyDelayMs } from './strategy-delay.ts';

/**
 * How much delay the deletions of one disruption need, by the slowest of its trials. A trial in which a node never
 * dropped a Pod leaves it open: no delay that was seen would have been enough.
 *
 * @param trials valid comparison trials of that disruption, whatever their strategy
 * @param nodes names of all nodes of the cluster
 */
export function delayNeed(
  disruption: string,
  trials: readonly AnalyzedTrial[],
  nodes: readonly string[],
): DelayNeed {
  const all = trials.map((trial) => rulesGone(trial, nodes));
  const count = (state: string): number => all.filter((each) => each.state === state).length;
  const known = all
    .flatMap((each) => (each.state === 'known' ? [each.gone] : []))
    .toSorted((a, b) => b.ms + b.uncertaintyMs - (a.ms + a.uncertaintyMs));
  const [slowest] = known;
  const closesAfterMs = smallest(trials.map(closesAfter));
  const neverDropped = count('never-dropped');
  const tellable = slowest !== undefined && closesAfterMs !== null && neverDropped === 0;
  return {
    disruption,
    trials: known,
    unknown: count('unknown'),
    neverDropped,
    actedBefore: count('acted-before'),
    medianMs: median(known.map(({ ms }) => ms)),
    coveredShare: known.length === 0 ? null : coveredShare(known.length),
    closesAfterMs,
    neededMs: tellable ? Math.max(0, slowest.ms + slowest.uncertaintyMs - closesAfterMs) : null,
  };
}

/** From the delete to the first listener's close, of the Pods of one trial; `null` where one was not seen. */
export function listensFor(trial: AnalyzedTrial): Margin | null {
  const times = trial.victims.map(({ uid }): Margin | null => {
    const own = trial.milestones.filter(({ podUid }) => podUid === uid);
    const [from, to] = [deleteOf(own), listenerEnd(own, uid)];
    if (from === undefined || to === undefined) return null;
    return {
      ms: (to.atNs - from.atNs) / NS_PER_MS,
      uncertaintyMs: (to.uncertaintyNs + from.uncertaintyNs) / NS_PER_MS,
    };
  });
  return times.includes(null) ? null : leastOf(times);
}

/** The one that may be the smallest: by the lower end of what it may be. */
export function leastOf(margins: readonly (Margin | null)[]): Margin | null {
  const known = margins.filter((margin) => margin !== null);
  return known.toSorted((a, b) => a.ms - a.uncertaintyMs - (b.ms - b.uncertaintyMs))[0] ?? null;
}

/** For how long it would have listened without what its strategy adds, ms, at least. */
function closesAfter(trial: AnalyzedTrial): number | null {
  const [listens, delayMs] = [listensFor(trial), strategyDelayMs(trial.trial.strategy)];
  if (listens === null || delayMs === null) return null;
  return Math.max(0, listens.ms - listens.uncertaintyMs - delayMs);
}

function smallest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}
