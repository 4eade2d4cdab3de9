import { CoreV1Api, type CoreV1Event, type V1Pod } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { whyNotReady } from '../cluster/kube/pod-trouble.ts';
import { countOf } from '../model/count-of.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { DisruptionContext, Victim } from './disruption-context.ts';
import { asVictim, isReady, targetPods } from './target-pods.ts';

/**
 * The Pods that a disruption may choose from: all that there should be, and each Ready. One that is not would be spared,
 * or be out of rotation before anything is done to it: then the trial is not about what it says it is.
 *
 * @throws DrainbenchError `pods-not-ready` with each Pod's own reason; nothing was done yet.
 */
export async function wholeWorkload(context: DisruptionContext): Promise<readonly Victim[]> {
  const pods = await targetPods(context);
  const ready = pods.filter(isReady);
  const wanted = Math.max(context.replicas, pods.length);
  if (ready.length === wanted) return ready.map(asVictim);
  const unready = pods.filter((pod) => !isReady(pod));
  const reasons = await Promise.all(unready.map((pod) => reasonOf(pod, context)));
  const lacking = wanted - pods.length;
  throw new DrainbenchError({
    code: 'pods-not-ready',
    message: `the disruption was not begun, as only ${ready.length} of ${countOf(wanted, 'Pod was', 'Pods were')} Ready`,
    found: [
      ...reasons,
      ...(lacking === 0 ? [] : [`${countOf(lacking, 'Pod is', 'Pods are')} not there`]),
    ].join('; '),
  });
}

async function reasonOf(pod: V1Pod, context: DisruptionContext): Promise<string> {
  return `Pod ${pod.metadata?.name ?? ''}: ${whyNotReady(pod, await eventsOf(pod, context))}`;
}

/** Also without them the Pod has a reason to give. */
async function eventsOf(
  { metadata }: V1Pod,
  { kubeConfig, namespace, signal }: DisruptionContext,
): Promise<readonly CoreV1Event[]> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const fieldSelector = `involvedObject.uid=${metadata?.uid ?? ''}`;
  const found = await core.listNamespacedEvent({ namespace, fieldSelector }).catch(() => null);
  signal.throwIfAborted();
  return found?.items ?? [];
}
