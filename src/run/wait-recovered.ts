import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { waitUntilReady } from '../workload/wait-until-ready.ts';
import type { Workload } from '../workload/workload.ts';

const POLL_INTERVAL_MS = 100;

/**
 * Waits until a disruption is over: every Pod that was told to end is gone from the API, and as many as before are
 * Ready and in the EndpointSlices. Returns false when that did not come about in time, which is a finding, not an
 * error: what was measured until then stands.
 */
export async function waitRecovered(
  kubeConfig: KubeConfig,
  workload: Workload,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    // The API server may be away for a while; only the deadline ends the wait.
    const pods = await core
      .listNamespacedPod({ namespace: workload.namespace, labelSelector: workload.selector })
      .catch(() => null);
    signal.throwIfAborted();
    const leaving = pods?.items.some((pod) => pod.metadata?.deletionTimestamp !== undefined) ?? true;
    if (!leaving) break;
    if (performance.now() > deadline) return false;
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
  const restMs = Math.max(1, deadline - performance.now());
  return waitUntilReady(kubeConfig, workload, { settleMs: 0, timeoutMs: restMs, signal }).then(
    () => true,
    (error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof Error && 'code' in error && error.code === 'workload-not-ready') return false;
      throw error;
    },
  );
}
