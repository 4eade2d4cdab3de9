import { CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import { countOf } from '../model/count-of.ts';
import { unreadyEvidence } from '../workload/explain-unready.ts';
import { isReady } from '../workload/missing-for-ready.ts';
import type { Workload } from '../workload/workload.ts';

/** What keeps a disruption from being over at this moment: in one phrase, with the Pods' own reason, and in lines. */
export async function pendingRecovery(
  kubeConfig: KubeConfig,
  workload: Workload,
  signal: AbortSignal,
): Promise<{ readonly phrase: string; readonly lines: readonly string[] }> {
  const { namespace, selector } = workload;
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const found = await core.listNamespacedPod({ namespace, labelSelector: selector }).catch(apiFailure);
  signal.throwIfAborted();
  if ('httpStatus' in found) return { phrase: `the API server cannot be read: ${found.message}`, lines: [] };
  const { cause, lines } = await unreadyEvidence(kubeConfig, workload, signal);
  const phrase = podsInWords(found.items);
  return { phrase: cause === null ? phrase : `${phrase}: ${cause}`, lines };
}

function podsInWords(pods: readonly V1Pod[]): string {
  const ending = pods.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined);
  const staying = pods.filter((pod) => !ending.includes(pod));
  const unready = staying.filter((pod) => !isReady(pod));
  const parts = [
    ...(ending.length > 0 ? [`${countOf(ending.length, 'Pod')} still ending`] : []),
    ...(unready.length > 0 ? [`${unready.length} of ${countOf(staying.length, 'Pod')} not Ready`] : []),
  ];
  if (parts.length > 0) return parts.join(', ');
  return `${countOf(staying.length, 'Pod')} Ready, and more was to happen`;
}
