import { AppsV1Api, CoreV1Api, DiscoveryV1Api, type KubeConfig } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import type { Deployment, EndpointSlice, Pod, StatefulSet } from './kube-object.ts';
import type { Workload } from './workload.ts';

/** What the API server says about a workload at one moment, or nearly: three requests, side by side. */
export interface WorkloadState {
  readonly owner: Deployment | StatefulSet;
  readonly pods: readonly Pod[];
  readonly slices: readonly EndpointSlice[];
}

export type WorkloadAddress = Pick<
  Workload,
  'target' | 'namespace' | 'selector' | 'serviceName' | 'replicas'
>;

/** Returns a function that reads the state anew each time; it rejects as the API client does. */
export function workloadReader(
  kubeConfig: KubeConfig,
  { target, namespace, selector, serviceName }: WorkloadAddress,
  signal: AbortSignal,
): () => Promise<WorkloadState> {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const discovery = apiClient(kubeConfig, DiscoveryV1Api, signal);
  const { name } = target;
  return async () => {
    const [owner, pods, slices] = await Promise.all([
      target.kind === 'Deployment'
        ? apps.readNamespacedDeployment({ name, namespace })
        : apps.readNamespacedStatefulSet({ name, namespace }),
      core.listNamespacedPod({ namespace, labelSelector: selector }),
      discovery.listNamespacedEndpointSlice({
        namespace,
        labelSelector: `kubernetes.io/service-name=${serviceName}`,
      }),
    ]);
    return { owner, pods: pods.items, slices: slices.items };
  };
}
