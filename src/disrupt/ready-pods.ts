import { CoreV1Api } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { patiently } from '../cluster/kube/patiently.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';

/** The Pods that get load and could be victims: Ready, and not on their way out already. */
export async function readyPods(
  context: Pick<DisruptionContext, 'kubeConfig' | 'namespace' | 'selector' | 'signal'>,
): Promise<readonly Victim[]> {
  const { kubeConfig, namespace, selector, signal } = context;
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const list = () => core.listNamespacedPod({ namespace, labelSelector: selector });
  const { items } = await patiently(list, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw disruptionRefused(
      `cannot list the Pods of namespace ${namespace}`,
      [unread(error)],
      `kubectl -n ${namespace} get pods -l ${selector}`,
    );
  });
  return items
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .filter(({ status }) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    )
    .map(({ metadata, spec, status }) => ({
      name: metadata?.name ?? '',
      uid: metadata?.uid ?? '',
      node: spec?.nodeName ?? '',
      ip: status?.podIP ?? '',
    }));
}
