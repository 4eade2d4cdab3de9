import type { AppStamp, HistoryEvent } from '../../model/history-event.ts';
import type { Milestone, MilestoneName } from '../../model/milestone.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { PodBook } from '../objects/pod-book.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

const NAMES: Readonly<Partial<Record<AppStamp, MilestoneName>>> = {
  prestop: 'prestop-started',
  signal: 'signal-received',
  'readiness-flipped': 'readiness-flipped',
  'listener-closed': 'listener-closed',
  drained: 'drained',
  exiting: 'exiting',
};

/** Steps that an app stamps at their end too. */
const ENDED: Readonly<Partial<Record<AppStamp, MilestoneName>>> = { prestop: 'prestop-ended' };

/**
 * What the Pods' own log lines tell, the first of each kind per container: of the victims their end, of Pods that
 * began after the disruption when they listened.
 */
export function appMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  book: PodBook,
  moments: TrialMoments,
): readonly Milestone[] {
  const found = new Map<string, Milestone>();
  for (const event of events) {
    // A container that was killed and started again lives until then.
    if (event.atNs >= (moments.cleanUpNs ?? Infinity)) break;
    if (event.type !== 'app-stamp') continue;
    const victim = victims.find(({ uid }) => uid === event.podUid);
    const began = victim === undefined && event.atNs > (moments.disruptionNs ?? Infinity);
    const ended = event.fields['stage'] === 'ended' ? ENDED : NAMES;
    const name = began && event.stamp === 'listening' ? 'replacement-listening' : ended[event.stamp];
    if (name === undefined || (victim === undefined && name !== 'replacement-listening')) continue;
    const key = `${name} ${event.podUid} ${event.container}`;
    if (found.has(key)) continue;
    found.set(key, {
      name,
      pod: event.pod,
      podUid: event.podUid,
      node: victim?.node ?? book.byUid(event.podUid)?.node ?? null,
      container: event.container,
      atNs: event.atNs,
      uncertaintyNs: event.uncertaintyNs,
      source: event.source,
      eventId: event.id,
    });
  }
  return [...found.values()];
}
