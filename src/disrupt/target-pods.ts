import { CoreV1Api, type V1Pod } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import { disruptionRefused, unread } from './disruption-refused.ts';

type Where = Pick<DisruptionContext, 'kubeConfig' | 'namespace' | 'selector' | 'target' | 'signal'>;

/** The target's own Pods (labels can be copied) that are not on their way out already, whether Ready or not. */
export async function targetPods({
  kubeConfig,
  namespace,
  selector,
  target,
  signal,
}: Where): Promise<readonly V1Pod[]> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const list = () => core.listNamespacedPod({ namespace, labelSelector: selector });
  const { items } = await retryRequest(list, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw disruptionRefused(
      `cannot list the Pods of namespace ${namespace}`,
      [unread(error)],
      `kubectl -n ${namespace} get pods -l ${selector}`,
    );
  });
  return items
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .filter((pod) => isOf(pod, target));
}

export function isReady({ status }: V1Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}

export function asVictim({ metadata, spec, status }: V1Pod): Victim {
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    node: spec?.nodeName ?? '',
    ip: status?.podIP ?? '',
  };
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
