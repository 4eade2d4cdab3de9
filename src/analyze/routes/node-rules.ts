import type { HistoryEvent } from '../../model/history-event.ts';
import type { NodeRules } from '../../model/node-rules.ts';
import type { Victim } from '../../model/trial-record.ts';
import type { TrialMoments } from '../times/trial-moments.ts';
import type { VictimRoutes } from './victim-routes.ts';

/** As the observer of a node's rules names itself in its gaps. */
const OBSERVER = /^routes of (.+)$/;

/**
 * What each node's rules for the app's own Service did about each victim, for every node that any event or gap of the
 * trial names. A node counts as watched when it told of some rule and its observer had no gap between the disruption and
 * the end of the load: only then does "no longer sent to" mean more than "nobody looked".
 */
export function nodeRules(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  routes: readonly VictimRoutes[],
  { disruptionNs, cleanUpNs, loadStoppedNs }: TrialMoments,
): readonly NodeRules[] {
  if (disruptionNs === null) return [];
  const blind = new Set<string>();
  const told = new Set<string>();
  for (const event of events) {
    if (event.type === 'observation-gap') {
      const node = OBSERVER.exec(event.observer)?.[1];
      const overlaps = event.toNs >= disruptionNs && event.fromNs <= (loadStoppedNs ?? Infinity);
      if (node !== undefined && overlaps) blind.add(node);
    } else if (event.type === 'endpoint-routed' && event.atNs < (cleanUpNs ?? Infinity)) {
      // Of whichever Service: that tells that somebody looked.
      told.add(event.node);
    }
  }
  const nodes = [...new Set([...told, ...blind])].sort();
  return victims.flatMap(({ uid }) =>
    nodes.map((node): NodeRules => {
      const where = { podUid: uid, node };
      if (blind.has(node)) return { ...where, ...NOTHING, state: 'not-watched' };
      const own = routes.find((each) => each.podUid === uid && each.node === node);
      if (own === undefined) return { ...where, ...NOTHING, state: 'never-sent' };
      if (own.removal === null) return { ...where, ...NOTHING, state: 'not-dropped' };
      const { atNs, uncertaintyNs } = own.removal;
      return { ...where, state: 'dropped', atNs, uncertaintyNs };
    }),
  );
}

const NOTHING = { atNs: null, uncertaintyNs: 0 } as const;
