import type { HistoryEvent } from '../../model/history-event.ts';
import type { TrialRecord, Victim } from '../../model/trial-record.ts';
import { podView } from './pod-view.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * The Pods that the disruption took away: those it was aimed at, and those of the trial's namespace that got a
 * deletionTimestamp after it (a rollout names none) and before the trial was tidied away.
 */
export function findVictims(
  record: TrialRecord,
  events: readonly HistoryEvent[],
  moments: TrialMoments,
): readonly Victim[] {
  const victims = new Map<string, Victim>(record.victims.map((victim) => [victim.uid, victim]));
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [...victims.values()];
  for (const event of events) {
    if (event.type !== 'object' || event.kind !== 'Pod' || event.namespace !== record.namespace) continue;
    if (event.atNs < disruptionNs || event.atNs >= (cleanUpNs ?? Infinity)) continue;
    const pod = podView(event);
    if ((pod.deleting || event.change === 'DELETED') && !victims.has(pod.uid)) {
      victims.set(pod.uid, { name: pod.name, uid: pod.uid, node: pod.node, podIP: pod.podIP });
    }
  }
  return [...victims.values()];
}
