import type { Disruption } from '../model/scenario.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';

/** One thing that a disruption must be allowed to do, in the terms of Kubernetes' RBAC. */
export interface DisruptionRight {
  /** API group; empty for the core group. */
  readonly group: string;
  /** Plural, with the subresource where there is one. `TARGET`: of the workload's kind, deployments or statefulsets. */
  readonly resource: string;
  readonly verb: string;
  /** `false`: Nodes, which are in no namespace. */
  readonly namespaced: boolean;
}

/** What a cluster must offer. Held against it before anything is created. */
export type DisruptionNeed =
  /** It reaches beyond the namespace, to a node or to others' Pods there: only where drainbench made the nodes. */
  | 'own-nodes'
  /** A second node, for what may not stay on the first. */
  | 'two-nodes'
  /** A node that is free of loads: what happens to it would happen to them. */
  | 'node-without-load'
  /** A hand on the nodes' components and containers. */
  | 'control';

/** What a disruption did, and what there is to wait for. */
export interface Disrupted {
  /** The Pods that it ends, as far as it is it that chooses them. */
  readonly victims: readonly Victim[];
  /** How many Pods are there afterwards; default: as many as before. 0 also means that their owner may be gone. */
  readonly replicas?: number;
  /** The victims stay, the container that each names is started anew: how often it had been before, by UID. */
  readonly restarts?: ReadonlyMap<string, number>;
}

/** One kind of disruption, one file each. */
export interface DisruptionKind<Type extends Disruption['type']> {
  readonly rights: readonly DisruptionRight[];
  readonly needs: readonly DisruptionNeed[];
  /**
   * Whether the workload is in the end as it was before, with other Pods: then another trial can follow on it. Not where
   * nodes, replicas or containers were changed, or the owner is another one.
   */
  readonly leavesWorkload: boolean;
  /** Resolves when the API server (or the node) has answered, not when the Pods are gone. */
  readonly run: (spec: Extract<Disruption, { type: Type }>, context: DisruptionContext) => Promise<Disrupted>;
}
