import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure } from '../cluster/kube/api-failure.ts';
import type { Disrupted } from '../disrupt/disruption-kind.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { decidedReplicas } from '../workload/decided-replicas.ts';
import type { UnreadyCode } from '../workload/explain-unready.ts';
import { waitUntilReady } from '../workload/wait-until-ready.ts';
import type { Workload } from '../workload/workload.ts';

const POLL_INTERVAL_MS = 200;

/**
 * Waits until a disruption is over: every victim and every other Pod that was told to end is gone from the API (or,
 * where only its container was to go, has it running anew), and as many as there should be are Ready and in the
 * EndpointSlices. Returns false when that did not come about in time, which is a finding, not an error: what was
 * measured until then stands.
 */
export async function waitRecovered(
  kubeConfig: KubeConfig,
  workload: Workload,
  disrupted: Disrupted,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    // The API server may be away for a while; only the deadline ends the wait.
    const [pods, replicas] = await Promise.all([
      core
        .listNamespacedPod({ namespace: workload.namespace, labelSelector: workload.selector })
        .catch(apiFailure),
      wantedReplicas(kubeConfig, workload, disrupted, signal),
    ]);
    signal.throwIfAborted();
    if ('items' in pods && isOver(pods.items, replicas, disrupted)) {
      // Where none is to be left there may be nothing that could be asked whether it is ready.
      if (replicas > 0) break;
      if (pods.items.length === 0) return true;
    }
    const waitMs = 'items' in pods ? POLL_INTERVAL_MS : Math.max(POLL_INTERVAL_MS, pods.retryAfterMs);
    if (performance.now() + waitMs > deadline) return false;
    await sleep(waitMs, undefined, { signal });
  }
  const restMs = Math.max(1, deadline - performance.now());
  const { autoscaler, ...fixed } = workload;
  const expected =
    disrupted.replicas === undefined && autoscaler !== undefined
      ? workload
      : { ...fixed, replicas: disrupted.replicas ?? workload.replicas };
  return waitUntilReady(kubeConfig, expected, { settleMs: 0, timeoutMs: restMs, signal }).then(
    () => true,
    (error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof DrainbenchError && UNREADY.has(error.code)) return false;
      throw error;
    },
  );
}

const UNREADY: ReadonlySet<string> = new Set<UnreadyCode>(['workload-not-ready', 'workload-cannot-start']);

/** As many as before, or as the disruption leaves; where an autoscaler decides, as it says by now. */
async function wantedReplicas(
  kubeConfig: KubeConfig,
  workload: Workload,
  { replicas }: Disrupted,
  signal: AbortSignal,
): Promise<number> {
  if (replicas !== undefined || workload.autoscaler === undefined) return replicas ?? workload.replicas;
  return (await decidedReplicas(kubeConfig, workload, signal)) ?? workload.replicas;
}

/**
 * A controller acts some time after it was told to (and later still on a busy machine): that no Pod is ending does not
 * mean that none is to end. More than there should be are.
 */
function isOver(pods: readonly V1Pod[], replicas: number, disrupted: Disrupted): boolean {
  const running = pods.filter(({ status }) => !['Failed', 'Succeeded'].includes(status?.phase ?? ''));
  return running.length <= replicas && !pods.some((pod) => isUnderWay(pod, disrupted));
}

/** Whether the disruption has not come to its end for this Pod. */
function isUnderWay({ metadata, status }: V1Pod, { victims, restarts }: Disrupted): boolean {
  if (metadata?.deletionTimestamp !== undefined) return true;
  const uid = metadata?.uid ?? '';
  const before = restarts?.get(uid);
  const victim = victims.find((each) => each.uid === uid);
  if (before === undefined) return victim !== undefined;
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return !containers.some(({ name, restartCount }) => name === victim?.container && restartCount > before);
}
