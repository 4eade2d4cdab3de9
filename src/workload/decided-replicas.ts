import { AppsV1Api, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import type { Workload } from './workload.ts';

/** How many Pods the workload's spec asks for at this moment; `null` when it cannot be read. */
export async function decidedReplicas(
  kubeConfig: KubeConfig,
  { target, namespace }: Pick<Workload, 'target' | 'namespace'>,
  signal: AbortSignal,
): Promise<number | null> {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const { name } = target;
  const owner = await (
    target.kind === 'Deployment'
      ? apps.readNamespacedDeployment({ name, namespace })
      : apps.readNamespacedStatefulSet({ name, namespace })
  ).catch(() => null);
  signal.throwIfAborted();
  return owner === null ? null : (owner.spec?.replicas ?? 1);
}
