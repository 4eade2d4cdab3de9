import type { HistoryEvent, ObjectEvent, RecordGoneEvent } from '../../model/history-event.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import { claimOfVolume, podClaims, isOwnedBy } from '../objects/volume-claims.ts';
import { StepFinder } from './step-finder.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

const NOT_FOUND = 404;

/**
 * What becomes of what a victim leaves behind: its logs (read to their end, and gone with it), its record in etcd, the
 * volume claims that it used and their volumes, and its dependents, which the garbage collector takes.
 */
export function leftoverMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  moments: TrialMoments,
): readonly Milestone[] {
  const { disruptionNs, cleanUpNs } = moments;
  if (disruptionNs === null) return [];
  const steps = new StepFinder();
  const claims = new Map(victims.map(({ uid }) => [uid, podClaims(events, uid)]));
  const volumes = claimOfVolume(events);
  for (const event of events) {
    if (event.atNs < disruptionNs) continue;
    if (event.atNs >= (cleanUpNs ?? Infinity)) break;
    if (event.type === 'container-log') {
      const victim = victims.find(({ uid }) => uid === event.podUid);
      if (victim === undefined) continue;
      const { container } = event;
      if (event.stage === 'ended') steps.last('log-complete', victim, event, { container });
      else if (event.httpStatus === NOT_FOUND) steps.first('log-gone', victim, event, { container });
    } else if (event.type === 'record-gone' && event.resource === 'pods') {
      const victim = recordOwner(event, events, victims);
      if (victim !== undefined) steps.first('record-gone', victim, event);
    } else if (event.type === 'record-gone' && event.resource === 'persistentvolumes') {
      const claim = volumes.get(event.name);
      for (const victim of victims) {
        const used = claim !== undefined && claims.get(victim.uid)?.includes(claim) === true;
        if (used) steps.first('volume-deleted', victim, event, { detail: event.name });
      }
    } else if (
      event.type === 'object' &&
      event.kind === 'PersistentVolumeClaim' &&
      event.change === 'DELETED'
    ) {
      for (const victim of victims) {
        if (isOwnedBy(event.object, victim.uid)) {
          steps.first('dependent-collected', victim, event, { detail: `claim ${event.name}` });
        } else if (claims.get(victim.uid)?.includes(event.name) === true) {
          steps.first('claim-deleted', victim, event, { detail: event.name });
        }
      }
    }
  }
  return steps.milestones();
}

/**
 * A key in etcd has no uid. The watch of the API delivers a deletion with etcd's own revision, which makes it certain
 * where a StatefulSet gives the same name again; else the name must do.
 */
function recordOwner(
  record: RecordGoneEvent,
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
): Victim | undefined {
  const same = events.find(
    (event): event is ObjectEvent =>
      event.type === 'object' &&
      event.kind === 'Pod' &&
      event.change === 'DELETED' &&
      event.resourceVersion === record.revision,
  );
  return victims.find(({ uid, name }) => (same === undefined ? name === record.name : uid === same.uid));
}
