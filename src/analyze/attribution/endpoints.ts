import type { HistoryEvent, RouteEvent } from '../../model/history-event.ts';
import type { TrialApp } from '../../model/trial-record.ts';
import { isOwnRoute } from '../routes/victim-routes.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import { usableEndpoints, type UsableEndpoints } from '../objects/usable-endpoints.ts';

/** What the Service had to send requests to, and what each node's rules offered. */
export class Endpoints {
  readonly #states: readonly UsableEndpoints[];
  readonly #routes: ReadonlyMap<string, readonly RouteState[]>;
  /** `NODE ADDRESS:PORT` → what became of that node's rule for it, in the order of time. */
  readonly #rules: ReadonlyMap<string, readonly RouteEvent[]>;

  /** `sightings`: of the app's own EndpointSlices. */
  constructor(
    sightings: readonly ObjectSighting[],
    events: readonly HistoryEvent[],
    app: TrialApp | undefined,
  ) {
    this.#states = usableEndpoints(sightings);
    this.#routes = routesOf(events, app);
    const own = events.filter(
      (event): event is RouteEvent => event.type === 'endpoint-routed' && isOwnRoute(event, app),
    );
    this.#rules = Map.groupBy(own, ({ node, podIP, podPort }) => `${node} ${podIP}:${podPort}`);
  }

  /** Since when the node's rule stood by which it sent to that address then, ns; `null`: nobody saw one. */
  ruleSince(node: string, podIP: string, podPort: number, atNs: number): number | null {
    const before = this.#rules.get(`${node} ${podIP}:${podPort}`)?.filter((rule) => rule.atNs <= atNs) ?? [];
    return before.findLast(({ change }) => change !== 'removed')?.atNs ?? null;
  }

  /** `null` where no EndpointSlice was seen before. */
  usableAt(atNs: number): UsableEndpoints | null {
    return this.#states.findLast((state) => state.atNs <= atNs) ?? null;
  }

  /** The newest state by then in which there was nobody to send to; `null`: none was seen. */
  lastEmptyBy(atNs: number): UsableEndpoints | null {
    return this.#states.findLast((state) => state.atNs <= atNs && state.usable.length === 0) ?? null;
  }

  /**
   * What the rules offered at that time, node by node; of the one node where it is given and its rules were watched.
   * `null` where no node's rules were watched.
   */
  routesAt(atNs: number, node: string | null): readonly RouteState[] | null {
    if (this.#routes.size === 0) return null;
    const one = node === null ? undefined : this.#routes.get(node);
    const watched = one === undefined ? [...this.#routes.values()] : [one];
    return watched.flatMap((states) => states.findLast((each) => each.atNs <= atNs) ?? []);
  }
}

export interface RouteState {
  readonly node: string;
  readonly atNs: number;
  readonly routes: number;
  readonly eventId: number;
}

function routesOf(
  events: readonly HistoryEvent[],
  app: TrialApp | undefined,
): ReadonlyMap<string, readonly RouteState[]> {
  const routes = new Map<string, Set<string>>();
  const states = new Map<string, RouteState[]>();
  for (const event of events) {
    if (event.type !== 'endpoint-routed' || !isOwnRoute(event, app)) continue;
    const own = routes.get(event.node) ?? new Set<string>();
    routes.set(event.node, own);
    const target = `${event.service} ${event.podIP}:${event.podPort}`;
    if (event.change === 'removed') own.delete(target);
    else own.add(target);
    const list = states.get(event.node) ?? [];
    states.set(event.node, list);
    list.push({ node: event.node, atNs: event.atNs, routes: own.size, eventId: event.id });
  }
  return states;
}
