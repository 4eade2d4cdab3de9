import type { ObserveContext } from '../observer.ts';
import type { Route, RouteDifference } from './routing-table.ts';

/** Writes down what changed about a node's routing, for the Services of one namespace. */
export class RouteRecorder {
  readonly observer: string;
  readonly #node: string;
  readonly #prefix: string;
  readonly #context: ObserveContext;
  #seen = false;

  constructor(node: string, namespace: string, context: ObserveContext) {
    this.observer = `routes of ${node}`;
    this.#node = node;
    this.#prefix = `${namespace}/`;
    this.#context = context;
  }

  nowNs(): number {
    return this.#context.nowNs();
  }

  /** The routes in force when the observer began to look. */
  listed(difference: RouteDifference, atNs: number, uncertaintyNs: number): void {
    for (const route of difference.added) this.#record('listed', route, atNs, uncertaintyNs);
  }

  changed(difference: RouteDifference, atNs: number, uncertaintyNs: number): void {
    for (const route of difference.removed) this.#record('removed', route, atNs, uncertaintyNs);
    for (const route of difference.added) this.#record('added', route, atNs, uncertaintyNs);
  }

  /**
   * To be called at the end: a trial's Service has endpoints, so that an observer which never saw a rule of it did not
   * look where they are.
   *
   * @param where the rules that were looked at
   */
  ended(fromNs: number, where: string): void {
    if (this.#seen) return;
    this.gap(
      fromNs,
      `${where} never had a rule that sends to a Pod for a Service of ${this.#prefix.slice(0, -1)}: kube-proxy writes its rules elsewhere, or the Service has no address of its own`,
    );
  }

  /** Nothing was seen from `fromNs` to now. */
  gap(fromNs: number, reason: string): void {
    const toNs = this.nowNs();
    this.#context.record({
      type: 'observation-gap',
      atNs: toNs,
      uncertaintyNs: 0,
      source: 'dataplane',
      observer: this.observer,
      fromNs,
      toNs,
      reason,
    });
  }

  #record(change: 'listed' | 'added' | 'removed', route: Route, atNs: number, uncertaintyNs: number): void {
    if (!route.service.startsWith(this.#prefix)) return;
    this.#seen = true;
    this.#context.record({
      type: 'endpoint-routed',
      atNs,
      uncertaintyNs,
      source: 'dataplane',
      node: this.#node,
      change,
      ...route,
    });
  }
}
