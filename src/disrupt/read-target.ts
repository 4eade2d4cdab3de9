import { AppsV1Api, type V1Deployment, type V1StatefulSet } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import type { DisruptionContext } from './disruption-context.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';

/**
 * Reads what owns the Pods that get the load.
 *
 * @throws DrainbenchError `disruption-refused` when it cannot be read for 30 s, `disruption-forbidden` when it may not.
 */
export async function readTarget({
  kubeConfig,
  namespace,
  target,
  signal,
}: DisruptionContext): Promise<V1Deployment | V1StatefulSet> {
  const apps = apiClient(kubeConfig, AppsV1Api, signal);
  const request = { name: target.name, namespace };
  const read = (): Promise<V1Deployment | V1StatefulSet> =>
    target.kind === 'Deployment'
      ? apps.readNamespacedDeployment(request)
      : apps.readNamespacedStatefulSet(request);
  return retryRequest(read, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw disruptionRefused(`cannot read ${target.kind} ${target.name}`, [unread(error)]);
  });
}
