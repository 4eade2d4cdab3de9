import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';
import { apiClient } from '../cluster/kube/api-client.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { describePod, describeEvent } from './describe-pod.ts';
import { isReady } from './missing-for-ready.ts';
import type { WorkloadAddress } from './workload-state.ts';

const LOG_LINES = 10;
const MAX_PODS = 3;
const MAX_EVENTS = 10;

/**
 * The error of a workload that does not become ready, with what Pods, Events and logs say about it. What cannot be
 * read is said so; it never hides the error itself.
 */
export async function explainUnready(
  kubeConfig: KubeConfig,
  { target, namespace, selector, replicas }: WorkloadAddress,
  reason: string,
  signal: AbortSignal,
): Promise<DrainbenchError> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const unread = (what: string) => (error: unknown) => {
    signal.throwIfAborted();
    return [`${what} could not be read: ${error instanceof Error ? error.message : String(error)}`];
  };
  const evidence = async (): Promise<string[]> => {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: selector });
    const unready = items.filter((pod) => !isReady(pod)).slice(0, MAX_PODS);
    const logs = unready.map(async (pod) => {
      const name = pod.metadata?.name ?? '';
      const container = pod.spec?.containers[0]?.name ?? '';
      const previous = (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0;
      const text = await core.readNamespacedPodLog({
        namespace,
        name,
        container,
        previous,
        tailLines: LOG_LINES,
      });
      const lines = text.trimEnd().split('\n');
      return text.trim() === '' ? [] : [`last lines of ${name}:`, ...lines.map((line) => `  ${line}`)];
    });
    const described = unready.flatMap(describePod);
    const read = await Promise.all(logs.map((lines) => lines.catch(() => [])));
    return [...described, ...read.flat()];
  };
  const events = async (): Promise<string[]> => {
    const { items } = await core.listNamespacedEvent({ namespace });
    const warnings = items.filter(({ type }) => type === 'Warning').map(describeEvent);
    return [...new Set(warnings)].slice(-MAX_EVENTS);
  };
  const [pods, warnings] = await Promise.all([
    evidence().catch(unread('Pods')),
    events().catch(unread('Events')),
  ]);
  return new DrainbenchError({
    code: 'workload-not-ready',
    message: `${target.kind} ${target.name} in namespace ${namespace} is not ready: ${reason}`,
    expected: `${replicas} Pods Ready and in the Service's EndpointSlices`,
    found: reason,
    detail: [...pods, ...warnings].join('\n'),
    fix: 'mend what the Events and log lines name; raise spec.timing.readyTimeoutMs for an app that only starts slowly',
    command: `kubectl -n ${namespace} describe pods -l ${selector}`,
  });
}
