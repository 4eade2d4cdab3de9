import { CoreV1Api, type V1Pod } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { patiently } from '../cluster/kube/patiently.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';

/**
 * The Pods that get load and could be victims: the target's own (labels can be copied), Ready, and not on their way
 * out already.
 */
export async function readyPods(
  context: Pick<DisruptionContext, 'kubeConfig' | 'namespace' | 'selector' | 'target' | 'signal'>,
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
    .filter((pod) => isOf(pod, context.target))
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

/** Its controller is the target, or a ReplicaSet of it. A reference that somebody invents is not left standing: the
 * garbage collector removes what names an owner that is not there. */
function isOf({ metadata }: V1Pod, target: DisruptionContext['target']): boolean {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
  if (target.kind === 'StatefulSet') return owner?.kind === 'StatefulSet' && owner.name === target.name;
  return (
    owner?.kind === 'ReplicaSet' &&
    owner.name === `${target.name}-${metadata?.labels?.['pod-template-hash'] ?? ''}`
  );
}
