import type { HistoryEvent, RouteEvent } from '../../model/history-event.ts';
import type { TrialApp, Victim } from '../../model/trial-record.ts';
import type { PodBook } from '../objects/pod-book.ts';
import type { TrialMoments } from '../times/trial-moments.ts';

/** What one node's rules did about one victim, from the disruption to the clean-up. */
export interface VictimRoutes {
  readonly podUid: string;
  readonly node: string;
  /** The removal of the last rule by which the node sent to it; `null` where it still sent to it at the end. */
  readonly removal: RouteEvent | null;
}

/**
 * The one answer to when a node stopped sending to a victim: node rules, milestones and the gap are made of it. Only
 * rules of the Service that gets the load count, whoever else sends to the Pod. A Pod has a rule for each of its ports:
 * it is dropped when the last of them went, and not where one came back. A node that had no rule for it when it was
 * disrupted is not among them.
 */
export function victimRoutes(
  events: readonly HistoryEvent[],
  victims: readonly Victim[],
  book: PodBook,
  app: TrialApp | undefined,
  { disruptionNs, cleanUpNs }: TrialMoments,
): readonly VictimRoutes[] {
  if (disruptionNs === null) return [];
  const uids = new Set(victims.map(({ uid }) => uid));
  const last = new Map<string, Map<string, RouteEvent>>();
  for (const event of events) {
    if (event.type !== 'endpoint-routed' || !isOwnRoute(event, app)) continue;
    if (event.atNs >= (cleanUpNs ?? Infinity)) continue;
    const uid = book.byAddress(event.podIP, event.atNs)?.uid;
    if (uid === undefined || !uids.has(uid)) continue;
    const place = `${uid} ${event.node}`;
    const own = last.get(place) ?? new Map<string, RouteEvent>();
    last.set(place, own.set(`${event.service} ${event.podPort}`, event));
  }
  return [...last].flatMap(([place, routes]): readonly VictimRoutes[] => {
    const [podUid = '', node = ''] = place.split(' ');
    const states = [...routes.values()];
    if (states.some(({ change }) => change !== 'removed')) return [{ podUid, node, removal: null }];
    const [removal = null] = states.toSorted((a, b) => b.atNs - a.atNs);
    return removal === null || removal.atNs < disruptionNs ? [] : [{ podUid, node, removal }];
  });
}

/**
 * Whether the rule is one by which the loads' requests find a Pod: of the app's own Service (of any, where that is not
 * known), and for traffic from everywhere (`externalTrafficPolicy: Cluster`).
 */
export function isOwnRoute({ service, policy }: RouteEvent, app: TrialApp | undefined): boolean {
  if (policy === 'local') return false;
  // NAMESPACE/NAME/PROTOCOL/PORT, of the trial's namespace.
  return app === undefined || service.split('/')[1] === app.service;
}
