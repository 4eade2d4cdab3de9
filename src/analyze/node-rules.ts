import type { HistoryEvent, RouteEvent } from '../model/history-event.ts';
import type { NodeRules } from '../model/node-rules.ts';
import type { Victim } from '../model/trial-record.ts';
import type { PodBook } from './pod-book.ts';
import type { TrialMoments } from './trial-moments.ts';

/** As the observer of a node's rules names itself in its gaps. */
const OBSERVER = /^routes of (.+)$/;

/**
 * What each node's rules did about each victim, for every node that any event or gap of the trial names. A node counts
 * as watched when it told of some rule and its observer had no gap between the disruption and the end of the load: only
 * then does "no longer sent to" mean more than "nobody looked".
 */
export function nodeRules(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  book: PodBook,
  moments: TrialMoments,
): readonly NodeRules[] {
  const { disruptionNs, cleanUpNs, loadStoppedNs } = moments;
  if (disruptionNs === null) return [];
  const blind = new Set<string>();
  const byNode = new Map<string, RouteEvent[]>();
  for (const event of events) {
    if (event.type === 'observation-gap') {
      const node = OBSERVER.exec(event.observer)?.[1];
      const overlaps = event.toNs >= disruptionNs && event.fromNs <= (loadStoppedNs ?? Infinity);
      if (node !== undefined && overlaps) blind.add(node);
    } else if (event.type === 'endpoint-routed' && event.atNs < (cleanUpNs ?? Infinity)) {
      byNode.set(event.node, [...(byNode.get(event.node) ?? []), event]);
    }
  }
  const nodes = [...new Set([...byNode.keys(), ...blind])].sort();
  return victims.flatMap(({ uid }) =>
    nodes.map((node): NodeRules => {
      if (blind.has(node)) return { ...NOTHING, podUid: uid, node, state: 'not-watched' };
      const own = (byNode.get(node) ?? []).filter(
        ({ policy, podIP, atNs }) => policy === 'cluster' && book.byAddress(podIP, atNs)?.uid === uid,
      );
      return { ...endOf(own), podUid: uid, node };
    }),
  );
}

const NOTHING = { atNs: null, uncertaintyNs: 0 } as const;

/** A Pod has a route for each port of each Service: it is dropped when the last of them went. */
function endOf(routes: readonly RouteEvent[]): Pick<NodeRules, 'state' | 'atNs' | 'uncertaintyNs'> {
  const last = new Map(routes.map((route) => [`${route.service} ${route.podPort}`, route]));
  if (last.size === 0) return { ...NOTHING, state: 'never-sent' };
  if ([...last.values()].some(({ change }) => change !== 'removed'))
    return { ...NOTHING, state: 'not-dropped' };
  const [final] = [...last.values()].sort((a, b) => b.atNs - a.atNs);
  return final === undefined
    ? { ...NOTHING, state: 'never-sent' }
    : { state: 'dropped', atNs: final.atNs, uncertaintyNs: final.uncertaintyNs };
}
