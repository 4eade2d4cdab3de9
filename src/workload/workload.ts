import type { Autoscaler } from './autoscaler.ts';
import type { KubeObject } from './kube-object.ts';

/** Everything that one trial deploys, and how to find its parts again. */
export interface Workload {
  /** In the order of creation. */
  readonly objects: readonly KubeObject[];
  /** What owns the Pods that get the load. */
  readonly target: { readonly kind: 'Deployment' | 'StatefulSet'; readonly name: string };
  /** The container of its Pods that the strategy is put on. */
  readonly container: string;
  readonly namespace: string;
  /** Where an autoscaler decides, only what the manifest begins with. */
  readonly replicas: number;
  /** Absent: nothing else decides how many Pods there are. */
  readonly autoscaler?: Autoscaler;
  /** Our NodePort Service in front of those Pods. */
  readonly serviceName: string;
  /** Label selector of those Pods. */
  readonly selector: string;
}
