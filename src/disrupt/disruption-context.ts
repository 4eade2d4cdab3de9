import type { KubeConfig } from '@kubernetes/client-node';
import type { Cluster } from '../cluster/cluster.ts';
import type { NewHistoryEvent } from '../model/history-event.ts';

/** A Pod that a disruption ends. */
export interface Victim {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
  /** Where only a container of it ends: which. */
  readonly container?: string;
}

/** The metadata of an object that is the trial's. */
export interface OwnMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
}

export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Writes down what a disruption makes; what is made and not gone is removed with the trial. */
export interface ObjectNotes {
  /** Before it is asked for. */
  readonly intended: (object: ObjectName) => Promise<void>;
  readonly created: (object: ObjectName & { readonly uid: string }) => Promise<void>;
  /** It is gone, or was never made. */
  readonly removed: (object: ObjectName) => Promise<void>;
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
  /** The container that the scenario means by its app. */
  readonly container: string;
  /** How many Pods there are when nothing is amiss. */
  readonly replicas: number;
  /** Nodes that loads of the run have their Pods on. */
  readonly loadNodes: readonly string[];
  /** Name of the trial in its namespace. */
  readonly trialId: string;
  /** What marks an object of this kind and name as the trial's. */
  readonly ownMetadata: (kind: string, name: string) => OwnMetadata;
  /** Told, and to be waited for, of each object that a disruption makes besides. */
  readonly objects: ObjectNotes;
  /** The run, as a Node that it changes is marked with; `namespace`: where its Lease is. */
  readonly run: {
    readonly id: string;
    readonly owner: unknown;
    readonly namespace: string;
    readonly expiresAt: Date;
  };
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
