import { NS_PER_MS } from '../../model/duration.ts';
import type { HistoryEvent } from '../../model/history-event.ts';
import type { TrialRecord, Victim } from '../../model/trial-record.ts';
import { podView } from '../objects/pod-view.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/**
 * From the disruption until as many Pods are Ready as before, ms. Victims do not count, unless only a container of
 * theirs was killed: then they do once they are Ready again. `null` when nothing was taken away, or when it never came
 * to that before the trial was tidied away.
 */
export function recoveryTime(
  record: TrialRecord,
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  moments: TrialMoments,
): number | null {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null || victims.length === 0) return null;
  const victimUids = new Set(victims.map(({ uid }) => uid));
  const ready = new Set<string>();
  const podsStay = record.trial.disruption.type === 'kill-container';
  /** Of the victims that stay, those that were seen not Ready: what is said of them before is old. */
  const wentDown = new Set<string>();
  let wanted: number | undefined;

  for (const event of events) {
    if (event.type !== 'object' || event.kind !== 'Pod' || event.namespace !== record.namespace) continue;
    if (event.atNs >= (cleanUpNs ?? Infinity)) return null;
    if (event.atNs >= disruptionNs && wanted === undefined) {
      wanted = ready.size;
      for (const uid of victimUids) ready.delete(uid);
    }
    const pod = podView(event);
    if (podsStay && wanted !== undefined && !pod.ready) wentDown.add(pod.uid);
    const isVictim = wanted !== undefined && victimUids.has(pod.uid) && !wentDown.has(pod.uid);
    const counts = pod.ready && !pod.deleting && event.change !== 'DELETED' && !isVictim;
    if (counts) ready.add(pod.uid);
    else ready.delete(pod.uid);
    if (wanted !== undefined && wanted > 0 && ready.size >= wanted)
      return (event.atNs - disruptionNs) / NS_PER_MS;
  }
  return null;
}
