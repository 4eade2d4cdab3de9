import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { LABELS } from '../workload/ownership.ts';

/** A Pod of drainbench's own that runs. */
export interface InsidePod {
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}

const POLL_INTERVAL_MS = 100;

/**
 * Waits until Pods of one of drainbench's own roles run on these nodes (all: on as many nodes as named), for as long as
 * `timeoutMs`. Returns those that run, by node, and of the others why they do not.
 */
export async function waitForInsidePods(
  kubeConfig: KubeConfig,
  wanted: { readonly namespace: string; readonly role: string; readonly nodes: readonly string[] },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{
  readonly running: ReadonlyMap<string, InsidePod>;
  readonly missing: ReadonlyMap<string, string>;
}> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const { namespace, role, nodes } = wanted;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: `${LABELS.role}=${role}` });
    const running = new Map<string, InsidePod>();
    const missing = new Map(nodes.map((node) => [node, 'it has no Pod there']));
    for (const pod of items) {
      const node = pod.spec?.nodeName ?? wantedNode(pod);
      if (node === undefined || pod.metadata?.deletionTimestamp !== undefined) continue;
      if (isRunning(pod)) {
        running.set(node, { name: pod.metadata?.name ?? '', node, ip: pod.status?.podIP ?? '' });
        missing.delete(node);
      } else missing.set(node, whyNot(pod));
    }
    if (missing.size === 0 || performance.now() >= deadline) return { running, missing };
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
}

function isRunning({ status }: V1Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return containers.length > 0 && containers.every(({ state }) => state?.running !== undefined);
}

/** A Pod that is not scheduled yet says by its affinity which node it is for. */
function wantedNode({ spec }: V1Pod): string | undefined {
  const terms =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.[0]?.values?.[0];
}

function whyNot({ metadata, status }: V1Pod): string {
  const waiting = status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state
    ?.waiting;
  const condition = status?.conditions?.find((each) => each.status === 'False' && each.message !== undefined);
  const why = waiting === undefined ? condition?.message : `${waiting.reason ?? ''} ${waiting.message ?? ''}`;
  return `its Pod ${metadata?.name ?? ''} is ${status?.phase ?? 'Pending'}: ${why?.trim() ?? 'no reason given'}`;
}
