import type { KubeConfig } from '@kubernetes/client-node';
import type { Cluster } from '../cluster/cluster.ts';
import type { NewHistoryEvent } from '../model/history-event.ts';

/** A Pod that a disruption ends. */
export interface Victim {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
}

/** What a disruption needs to know and may do. */
export interface DisruptionContext {
  readonly kubeConfig: KubeConfig;
  readonly cluster: Pick<Cluster, 'nodes' | 'control'>;
  readonly namespace: string;
  /** Label selector of the Pods that get the load. */
  readonly selector: string;
  /** What owns them. */
  readonly target: { readonly kind: 'Deployment' | 'StatefulSet'; readonly name: string };
  /** Nodes that loads of the run have their Pods on. */
  readonly loadNodes: readonly string[];
  /** Name of the trial in its namespace, and the labels that mark all that is the trial's. */
  readonly trialId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The run, as a Node that it changes is marked with. */
  readonly run: { readonly id: string; readonly owner: unknown; readonly expiresAt: Date };
  /** The trial's seed: it alone chooses the victims among the Pods that are Ready. */
  readonly seed: number;
  /** Nanoseconds since run start. */
  readonly nowNs: () => number;
  readonly record: (event: NewHistoryEvent) => void;
  /**
   * Called, and to be waited for, before a Node is changed: writes the intent down, and sees to it that `undo` is
   * called when the trial is tidied away, whatever becomes of it.
   */
  readonly onNodeChange: (node: string, undo: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  readonly signal: AbortSignal;
}
