import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig, type V1Pod } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { LABELS } from '../workload/ownership.ts';

/** A Pod of drainbench's own that runs. */
export interface InsidePod {
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly ip: string;
}

/** Pods that run, and why the others do not; both by what was asked for: node or name. */
export interface FoundPods {
  readonly running: ReadonlyMap<string, InsidePod>;
  readonly missing: ReadonlyMap<string, string>;
}

interface Wanted {
  readonly namespace: string;
  /** Values of the Pods' run and role labels: where to look. */
  readonly runId: string;
  readonly role: string;
}

const POLL_INTERVAL_MS = 100;

/**
 * Waits until a Pod of the DaemonSet with UID `daemonSet` runs on each of these nodes, for as long as `timeoutMs`. What
 * only carries the same labels is none of ours.
 */
export function waitForPodsOnNodes(
  kubeConfig: KubeConfig,
  wanted: Wanted & { readonly daemonSet: string; readonly nodes: readonly string[] },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<FoundPods> {
  const isOurs = ({ metadata }: V1Pod) =>
    metadata?.ownerReferences?.some(({ controller, uid }) => controller === true && uid === wanted.daemonSet);
  const keyOf = (pod: V1Pod) => (isOurs(pod) === true ? nodeOf(pod) : undefined);
  return waitForPods(kubeConfig, wanted, wanted.nodes, keyOf, timeoutMs, signal);
}

/** Waits until the Pods that were created run: by name their UIDs. A namesake is none of ours. */
export function waitForCreatedPods(
  kubeConfig: KubeConfig,
  wanted: Wanted & { readonly uids: ReadonlyMap<string, string> },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<FoundPods> {
  const keyOf = ({ metadata }: V1Pod) => {
    const name = metadata?.name ?? '';
    return wanted.uids.get(name) === metadata?.uid ? name : undefined;
  };
  return waitForPods(kubeConfig, wanted, [...wanted.uids.keys()], keyOf, timeoutMs, signal);
}

async function waitForPods(
  kubeConfig: KubeConfig,
  { namespace, runId, role }: Wanted,
  keys: readonly string[],
  /** `undefined` for one that is not ours. */
  keyOf: (pod: V1Pod) => string | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<FoundPods> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const labelSelector = `${LABELS.run}=${runId},${LABELS.role}=${role}`;
    const { items } = await core.listNamespacedPod({ namespace, labelSelector });
    const running = new Map<string, InsidePod>();
    const missing = new Map(keys.map((key) => [key, 'there is no Pod']));
    for (const pod of items) {
      const key = keyOf(pod);
      if (key === undefined || pod.metadata?.deletionTimestamp !== undefined) continue;
      if (isRunning(pod)) {
        running.set(key, insidePod(pod));
        missing.delete(key);
      } else if (missing.has(key)) missing.set(key, whyNot(pod));
    }
    if (missing.size === 0 || performance.now() >= deadline) return { running, missing };
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
}

function insidePod({ metadata, spec, status }: V1Pod): InsidePod {
  return {
    name: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    node: spec?.nodeName ?? '',
    ip: status?.podIP ?? '',
  };
}

function isRunning({ status }: V1Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return containers.length > 0 && containers.every(({ state }) => state?.running !== undefined);
}

/** A Pod of a DaemonSet that is not scheduled yet says by its affinity which node it is for. */
function nodeOf({ spec }: V1Pod): string | undefined {
  const terms =
    spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return spec?.nodeName ?? terms?.[0]?.matchFields?.[0]?.values?.[0];
}

function whyNot({ metadata, status }: V1Pod): string {
  const waiting = status?.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state
    ?.waiting;
  const condition = status?.conditions?.find((each) => each.status === 'False' && each.message !== undefined);
  const why = waiting === undefined ? condition?.message : `${waiting.reason ?? ''} ${waiting.message ?? ''}`;
  return `Pod ${metadata?.name ?? ''} is ${status?.phase ?? 'Pending'}: ${why?.trim() ?? 'no reason given'}`;
}
