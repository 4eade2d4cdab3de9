import type { HistoryEvent } from '../../model/history-event.ts';
import type { TrialApp } from '../../model/trial-record.ts';
import { isOwnRoute } from '../is-own-route.ts';
import type { ObjectSighting } from '../object-sightings.ts';
import { asRecord } from '../read-json.ts';
import { endpointViews } from '../slice-view.ts';

/** How many Pods the EndpointSlices had to offer, from one moment on. */
export interface EndpointState {
  readonly atNs: number;
  /** Ready ones; where none is, those that still serve while terminating, as kube-proxy falls back on them. */
  readonly usable: number;
  readonly eventId: number;
}

/** What the Service had to send requests to, and what each node's rules offered. */
export class Endpoints {
  readonly #states: readonly EndpointState[];
  readonly #routes: ReadonlyMap<string, readonly RouteState[]>;

  /** `sightings`: of the app's own EndpointSlices. */
  constructor(
    sightings: readonly ObjectSighting[],
    events: readonly HistoryEvent[],
    app: TrialApp | undefined,
  ) {
    this.#states = statesOf(sightings);
    this.#routes = routesOf(events, app);
  }

  /** `null` where no EndpointSlice was seen before. */
  usableAt(atNs: number): EndpointState | null {
    return this.#states.findLast((state) => state.atNs <= atNs) ?? null;
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

function statesOf(sightings: readonly ObjectSighting[]): readonly EndpointState[] {
  const slices = new Map<string, { generation: number; ready: number; draining: number }>();
  const states: EndpointState[] = [];
  for (const { kind, change, name, object, atNs, eventId } of sightings) {
    if (kind !== 'EndpointSlice') continue;
    if (change === 'DELETED') slices.delete(name);
    else {
      const generation = Number(asRecord(object['metadata'])['generation'] ?? 0);
      // A watch delivers late what the audit log told before: the newer version stands.
      if (generation < (slices.get(name)?.generation ?? 0)) continue;
      const views = endpointViews(object);
      const ready = views.filter((view) => view.ready).length;
      const draining = views.filter((view) => view.serving && view.terminating).length;
      slices.set(name, { generation, ready, draining });
    }
    let [ready, draining] = [0, 0];
    for (const slice of slices.values()) {
      ready += slice.ready;
      draining += slice.draining;
    }
    states.push({ atNs, usable: ready > 0 ? ready : draining, eventId });
  }
  return states;
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
