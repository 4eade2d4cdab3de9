import type { Victim } from '../../model/trial-record.ts';
import type { PodObject, PodsAsOf } from './pods-as-of.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * The Pod that stands for all of a strategy's, as it was when it was disrupted: they are alike. A victim where there is
 * one, else the first that was there.
 */
export function subjectPod(
  pods: PodsAsOf,
  victims: readonly Victim[],
  { disruptionNs }: TrialMoments,
): PodObject | undefined {
  const atNs = disruptionNs ?? Infinity;
  const there = pods.there(atNs);
  return there.find(({ uid }) => victims.some((victim) => victim.uid === uid)) ?? there[0];
}
