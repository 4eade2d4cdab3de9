import type { AppStamp, HistoryEvent } from '../model/history-event.ts';
import type { Milestone, MilestoneName } from '../model/milestone.ts';
import type { Victim } from '../model/trial-record.ts';

const NAMES: Readonly<Partial<Record<AppStamp, MilestoneName>>> = {
  prestop: 'prestop-called',
  signal: 'signal-received',
  'readiness-flipped': 'readiness-flipped',
  'listener-closed': 'listener-closed',
  drained: 'drained',
  exiting: 'exiting',
};

/** What the victims' own log lines tell about their end: the first of each kind per container. */
export function appMilestones(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
): readonly Milestone[] {
  const found = new Map<string, Milestone>();
  for (const event of events) {
    if (event.type !== 'app-stamp') continue;
    const name = NAMES[event.stamp];
    const victim = victims.find(({ uid }) => uid === event.podUid);
    if (name === undefined || victim === undefined) continue;
    const key = `${name} ${event.podUid} ${event.container}`;
    if (found.has(key)) continue;
    found.set(key, {
      name,
      pod: event.pod,
      podUid: event.podUid,
      node: victim.node,
      container: event.container,
      atNs: event.atNs,
      uncertaintyNs: event.uncertaintyNs,
      source: event.source,
      eventId: event.id,
    });
  }
  return [...found.values()];
}
