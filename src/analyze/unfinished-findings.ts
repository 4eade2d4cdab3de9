import type { Milestone } from '../model/milestone.ts';
import type { TrialRecord, Victim } from '../model/trial-record.ts';
import type { Finding } from '../model/verdict.ts';
import type { PodBook } from './pod-book.ts';
import { podEnd } from './pod-end.ts';
import type { TrialMoments } from './trial-moments.ts';

/**
 * The load must outlast the Pods that go: requests fail at a Pod's end, and a trial whose load was stopped before
 * has not seen it. Void, then. A container that is killed in a Pod that stays is an end.
 */
export function unfinishedFindings(
  record: TrialRecord,
  victims: readonly Victim[],
  milestones: readonly Milestone[],
  book: PodBook,
  { disruptionNs, loadStoppedNs }: TrialMoments,
): readonly Finding[] {
  if (record.trial.disruption.type === 'none' || disruptionNs === null || loadStoppedNs === null) return [];
  const seen = Map.groupBy(
    milestones.filter(({ atNs }) => atNs <= loadStoppedNs),
    ({ podUid }) => podUid,
  );
  const podStays = record.trial.disruption.type === 'kill-container';
  const unfinished = victims.filter(({ uid }) => {
    const own = seen.get(uid) ?? [];
    // One that nobody aimed at, and that only began to go afterwards, is not what the trial is about.
    if (own.length === 0 && !record.victims.some((victim) => victim.uid === uid)) return false;
    if (own.some(({ name }) => name === 'pod-gone')) return false;
    return podEnd(own, podStays ? undefined : book.byUid(uid)) === null;
  });
  if (unfinished.length === 0) return [];
  const names = unfinished.map(({ name }) => name).join(', ');
  return [
    {
      code: 'not-ended',
      severity: 'void',
      message: `The load was stopped before ${names} had ended: what fails at ${unfinished.length === 1 ? 'its' : 'their'} end could not be seen. Raise timing.recoverTimeoutMs.`,
    },
  ];
}
