import { CoreV1Api } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';

/** The Pods that get load and could be victims: Ready, and not on their way out already. */
export async function readyPods(
  context: Pick<DisruptionContext, 'kubeConfig' | 'namespace' | 'selector' | 'signal'>,
): Promise<readonly Victim[]> {
  const { kubeConfig, namespace, selector, signal } = context;
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const { items } = await core
    .listNamespacedPod({ namespace, labelSelector: selector })
    .catch((error: unknown) => {
      signal.throwIfAborted();
      throw new DrainbenchError({
        code: 'disruption-impossible',
        message: `cannot list the Pods of namespace ${namespace}: ${apiFailure(error).message}`,
        command: `kubectl -n ${namespace} get pods -l ${selector}`,
        cause: error,
      });
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
