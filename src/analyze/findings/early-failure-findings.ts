import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { TrialRole } from '../../model/plan.ts';
import type { Finding } from '../../model/verdict.ts';
import type { JudgedTrial } from './judged-trial.ts';

const UNDISTURBED: ReadonlySet<TrialRole> = new Set(['negative-control', 'churn-control']);

/**
 * A request whose failure was known before the disruption cannot have been failed by it: something else is wrong
 * with this trial. In a control in which nothing happens to the app it is a failure like any other.
 */
export function earlyFailureFindings({
  record,
  failures,
  moments: { disruptionNs },
}: Pick<JudgedTrial, 'record' | 'failures' | 'moments'>): readonly Finding[] {
  if (UNDISTURBED.has(record.trial.role) || disruptionNs === null) return [];
  // What the load's client made good was lost by nobody.
  const early = failures.filter(
    (failure) => !failure.recovered && (failure.endNs ?? Infinity) < disruptionNs,
  );
  const first = early[0];
  if (first === undefined) return [];
  const aheadMs = ((disruptionNs - (first.startNs ?? first.intendedNs)) / NS_PER_MS).toFixed(0);
  return [
    {
      code: 'failed-before-disruption',
      severity: 'void',
      message: `${countOf(early.length, 'request')} had failed before anything was done, the first ${aheadMs} ms ahead (${first.outcome}, load “${first.load}”): the service was not healthy to begin with.`,
    },
  ];
}
