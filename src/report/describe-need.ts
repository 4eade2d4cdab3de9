import { formatMs, formatPercent } from '../analyze/words/format-figures.ts';
import type { RunResult } from '../analyze/run-result.ts';
import { median } from '../analyze/statistics/quantile.ts';
import { countOf } from '../model/count-of.ts';
import type { DelayNeed } from '../model/delay-need.ts';

/** The same of each disruption, named where there are several. */
export function needLines({ needs }: Pick<RunResult, 'needs'>): readonly string[] {
  return needs.flatMap((need) => {
    const words = describeNeed(need);
    if (words === null) return [];
    return [needs.length > 1 ? `${need.disruption}: ${words}` : words];
  });
}

/**
 * For how long Pods are still sent to after their delete, by all trials of a disruption: the slowest, what it says of
 * deletions that were not seen, and the delay that follows from it. `null` where no trial shows it.
 */
export function describeNeed({
  trials,
  unknown,
  neverDropped,
  medianMs,
  coveredShare,
  neededMs,
}: DelayNeed): string | null {
  const [slowest] = trials;
  if (slowest === undefined || coveredShare === null) return null;
  const sync =
    slowest.lastSyncBeforeMs === null
      ? ''
      : `, whose kube-proxy had last synced ${formatMs(slowest.lastSyncBeforeMs)} before`;
  return [
    `${formatMs(slowest.ms)}${within(slowest.uncertaintyMs)} at worst in ${countOf(trials.length, 'trial')} (median ${formatMs(medianMs)}; trial ${slowest.trial} on ${slowest.node}${sync}): at least ${formatPercent(coveredShare)} of deletions are no slower, at 95 %`,
    ...(neededMs === null ? [] : [`a delay of ${formatMs(neededMs)} would have been enough in all of them`]),
    ...besideOthers(trials),
    ...(neverDropped > 0
      ? [`in ${countOf(neverDropped, 'more trial')} a node still sent to a Pod when the trial ended`]
      : []),
    ...(unknown > 0 ? [`not known of ${countOf(unknown, 'more trial')}`] : []),
  ].join('; ');
}

/** Worth a word where it shows in what follows from it. */
function within(uncertaintyMs: number): string {
  return uncertaintyMs < 10 ? '' : ` (± ${formatMs(uncertaintyMs)})`;
}

/** Where other trials' changes kept kube-proxies busy: whether those deletions were slower. */
function besideOthers(trials: DelayNeed['trials']): readonly string[] {
  const beside = trials.filter(({ othersChanges }) => (othersChanges ?? 0) > 0);
  if (beside.length === 0) return [];
  const middle = (of: DelayNeed['trials']) => formatMs(median(of.map(({ ms }) => ms)));
  const alone = trials.filter(({ othersChanges }) => othersChanges === 0);
  const otherwise = alone.length === 0 ? '' : `, ${middle(alone)} in ${countOf(alone.length, 'other')}`;
  return [
    `a change of another trial came within the second before in ${countOf(beside.length, 'trial')}: median ${middle(beside)} in these${otherwise}`,
  ];
}
