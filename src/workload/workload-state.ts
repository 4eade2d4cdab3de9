import {
  AppsV1Api,
  AutoscalingV2Api,
  CoreV1Api,
  DiscoveryV1Api,
  type KubeConfig,
} from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import type { HorizontalPodAutoscaler } from './autoscaler.ts';
import type { Deployment, EndpointSlice, Pod, StatefulSet } from './kube-object.ts';
import type { Workload } from './workload.ts';

/** What the API server says about a workload at one moment, or nearly: a few requests, side by side. */
export interface WorkloadState {
  readonly owner: Deployment | StatefulSet;
  readonly pods: readonly Pod[];
  readonly slices: readonly EndpointSlice[];
  /** Absent where there is none that is waited for. */
  readonly autoscaler?: HorizontalPodAutoscaler;
}

export type WorkloadAddress = Pick<
  Workload,
  'target' | 'namespace' | 'selector' | 'serviceName' | 'replicas' | 'autoscaler'
>;

/** Returns a function that reads the state anew each time; it rejects as the API client does. */
export function workloadReader(
  kubeConfig: KubeConfig,
  { target, namespace, selector, serviceName, autoscaler }: WorkloadAddress,
  signal: AbortSignal,
): () => Promise<WorkloadState> {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const discovery = apiClient(kubeConfig, DiscoveryV1Api, signal);
  const autoscaling = apiClient(kubeConfig, AutoscalingV2Api, signal);
  const waitedFor = autoscaler?.bounds == null ? null : autoscaler.name;
  const { name } = target;
  return async () => {
    const [owner, pods, slices, scaler] = await Promise.all([
      target.kind === 'Deployment'
        ? apps.readNamespacedDeployment({ name, namespace })
        : apps.readNamespacedStatefulSet({ name, namespace }),
      core.listNamespacedPod({ namespace, labelSelector: selector }),
      discovery.listNamespacedEndpointSlice({
        namespace,
        labelSelector: `kubernetes.io/service-name=${serviceName}`,
      }),
      waitedFor === null
        ? null
        : autoscaling.readNamespacedHorizontalPodAutoscaler({ name: waitedFor, namespace }),
    ]);
    return {
      owner,
      pods: pods.items,
      slices: slices.items,
      ...(scaler !== null && { autoscaler: scaler }),
    };
  };
}
