import type { KubeConfig } from '@kubernetes/client-node';
import type { Disruption } from '../model/scenario.ts';
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
  readonly namespace: string;
  /** Label selector of the Pods that get the load. */
  readonly selector: string;
  /** What owns them. */
  readonly target: { readonly kind: 'Deployment' | 'StatefulSet'; readonly name: string };
  /** The trial's seed: it alone chooses the victims among the Pods that are Ready. */
  readonly seed: number;
  /** Nanoseconds since run start. */
  readonly nowNs: () => number;
  readonly record: (event: NewHistoryEvent) => void;
  readonly signal: AbortSignal;
}

/** One kind of disruption; returns the Pods that it ends, once the API server has accepted. */
export type DisruptionRunner<Type extends Disruption['type']> = (
  spec: Extract<Disruption, { type: Type }>,
  context: DisruptionContext,
) => Promise<readonly Victim[]>;
