import type { Endpoint, RuleChange, ServiceRule } from './rule-change.ts';

/** That a node sends a Service's traffic to a Pod address. */
export interface Route {
  /** `NAMESPACE/NAME/PROTOCOL/PORT_NAME`. */
  readonly service: string;
  readonly policy: 'cluster' | 'local';
  readonly podIP: string;
  readonly podPort: number;
}

export interface RouteDifference {
  readonly added: readonly Route[];
  readonly removed: readonly Route[];
}

/**
 * The rules of one node as they stand, and what each commit changed about where traffic goes. A rewrite that ends with
 * the same endpoints is no change.
 */
export class RoutingTable {
  #chains = new Map<string, Map<string, ServiceRule>>();
  #committed = new Map<string, Route>();

  /** Notes one change; it counts from the next `commit` on. */
  apply(change: Exclude<RuleChange, { op: 'commit' }>): void {
    const rules = this.#chains.get(change.chain);
    if (change.op === 'drop-chain') this.#chains.delete(change.chain);
    else if (change.op === 'delete') rules?.delete(change.key);
    else if (rules === undefined) this.#chains.set(change.chain, new Map([[change.key, change.rule]]));
    else rules.set(change.key, change.rule);
  }

  /** Forgets all rules, for a fresh listing of them. What was committed stays, to be compared with. */
  clear(): void {
    this.#chains.clear();
  }

  /** What changed since the last commit. */
  commit(): RouteDifference {
    const before = this.#committed;
    const after = this.#resolve();
    this.#committed = after;
    return {
      added: [...after].flatMap(([key, route]) => (before.has(key) ? [] : [route])),
      removed: [...before].flatMap(([key, route]) => (after.has(key) ? [] : [route])),
    };
  }

  #resolve(): Map<string, Route> {
    const routes = new Map<string, Route>();
    for (const rules of this.#chains.values()) {
      for (const { service, endpoints, jumps } of rules.values()) {
        if (service === null) continue;
        const reached = [...endpoints, ...jumps.flatMap((chain) => this.#endpointsOf(chain))];
        for (const { podIP, podPort, protocol } of reached) {
          const name = protocol === null ? service.name : service.name.replace('/*/', `/${protocol}/`);
          const route = { service: name, policy: service.policy, podIP, podPort };
          routes.set(`${route.service} ${route.policy} ${podIP} ${podPort}`, route);
        }
      }
    }
    return routes;
  }

  #endpointsOf(chain: string): Endpoint[] {
    return [...(this.#chains.get(chain)?.values() ?? [])].flatMap((rule) => rule.endpoints);
  }
}
