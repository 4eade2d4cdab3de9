import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { patiently } from '../cluster/kube/patiently.ts';
import { nodeMark } from '../disrupt/node-mark.ts';
import { restoreNode } from '../disrupt/restore-node.ts';
import type { DeleteOptions, KubeObject } from '../workload/kube-object.ts';
import { leaseOwner, parseOwner } from '../workload/lease-holder.ts';
import { EXPIRES_ANNOTATION, LABELS, OWNER_ANNOTATION } from '../workload/ownership.ts';

const GONE_WITHIN_MS = 60_000;

/**
 * Undoes what runs that died did to nodes, and removes their namespaces: their process is gone from this machine, or, where another machine made
 * them, they have expired. Returns their names, once they are really gone: their Pods would disturb the measurement.
 */
export async function sweepDeadRuns(kubeConfig: KubeConfig, signal: AbortSignal): Promise<string[]> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const labelSelector = `${LABELS.managedBy}=drainbench,${LABELS.run}`;
  const { items } = await patiently(() => core.listNamespace({ labelSelector }), { signal });
  await restoreNodes(kubeConfig, signal);
  const dead = items.filter(isDead);
  for (const { metadata } of dead) {
    if (metadata?.deletionTimestamp !== undefined) continue;
    const body: DeleteOptions = { preconditions: { uid: metadata?.uid ?? '' } };
    await core.deleteNamespace({ name: metadata?.name ?? '', body });
  }
  const uids = new Set(dead.map(({ metadata }) => metadata?.uid));
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (uids.size > 0 && performance.now() < deadline) {
    const left = await patiently(() => core.listNamespace({ labelSelector }), { signal });
    if (!left.items.some(({ metadata }) => uids.has(metadata?.uid))) break;
    await sleep(200, undefined, { signal });
  }
  return dead.map(({ metadata }) => metadata?.name ?? '');
}

/** What dead runs did to nodes outlives their namespaces. */
async function restoreNodes(kubeConfig: KubeConfig, signal: AbortSignal): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const { items } = await patiently(() => core.listNode(), { signal });
  for (const node of items) {
    const mark = nodeMark(node);
    if (mark === null) continue;
    const annotations = {
      [OWNER_ANNOTATION]: JSON.stringify(mark.owner),
      [EXPIRES_ANNOTATION]: mark.expires,
    };
    if (isDead({ metadata: { annotations } }))
      await restoreNode(kubeConfig, node.metadata?.name ?? '', mark.run, signal);
  }
}

function isDead({ metadata }: KubeObject): boolean {
  const annotations = metadata?.annotations ?? {};
  if (leaseOwner().knowsDead(parseOwner(annotations))) return true;
  return Date.parse(annotations[EXPIRES_ANNOTATION] ?? '') < Date.now();
}
