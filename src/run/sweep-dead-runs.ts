import { setTimeout as sleep } from 'node:timers/promises';
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { retryRequest } from '../cluster/kube/retry-request.ts';
import { nodeMark, type NodeMark } from '../disrupt/node-mark.ts';
import { restoreNode } from '../disrupt/restore-node.ts';
import type { DeleteOptions } from '../workload/kube-object.ts';
import { probeLease } from '../workload/probe-lease.ts';
import { leaseOwner, parseOwner } from '../workload/lease-holder.ts';
import { LABELS, OWNER_ANNOTATION } from '../workload/ownership.ts';
import { leftover } from './clean/find-leftovers.ts';
import { judgeRemovable } from './clean/judge-removable.ts';

const GONE_WITHIN_MS = 60_000;

/**
 * Undoes what runs that died did to nodes, and removes their namespaces: their process is gone from this machine, or,
 * where another machine made them, they have expired. What is theirs is judged as `drainbench clean` does. Returns the
 * names, once they are really gone: their Pods would disturb the measurement. Only for clusters of our own.
 */
export async function sweepDeadRuns(kubeConfig: KubeConfig, signal: AbortSignal): Promise<string[]> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const labelSelector = `${LABELS.managedBy}=drainbench,${LABELS.run}`;
  const { items } = await retryRequest(() => core.listNamespace({ labelSelector }), { signal });
  await restoreNodes(kubeConfig, signal);
  // The client has made Dates of the times.
  const found = (JSON.parse(JSON.stringify(items)) as Parameters<typeof leftover>[2][]).map((item) =>
    leftover('v1', 'Namespace', item),
  );
  const owner = leaseOwner();
  const { remove } = await judgeRemovable(kubeConfig, found, { kind: 'dead', owner }, owner, signal);
  const going = new Set(
    items
      .filter(({ metadata }) => metadata?.deletionTimestamp !== undefined)
      .map(({ metadata }) => metadata?.uid),
  );
  for (const { name, uid } of remove.filter((dead) => !going.has(dead.uid))) {
    const body: DeleteOptions = { preconditions: { uid } };
    await core.deleteNamespace({ name, body });
  }
  const uids = new Set<string | undefined>(remove.map(({ uid }) => uid));
  const deadline = performance.now() + GONE_WITHIN_MS;
  while (uids.size > 0 && performance.now() < deadline) {
    const left = await retryRequest(() => core.listNamespace({ labelSelector }), { signal });
    if (!left.items.some(({ metadata }) => uids.has(metadata?.uid))) break;
    await sleep(200, undefined, { signal });
  }
  return remove.map(({ name }) => name);
}

/** What dead runs did to nodes outlives their namespaces. */
async function restoreNodes(kubeConfig: KubeConfig, signal: AbortSignal): Promise<void> {
  const core = apiClient(kubeConfig, CoreV1Api, signal);
  const { items } = await retryRequest(() => core.listNode(), { signal });
  for (const node of items) {
    const mark = nodeMark(node);
    if (mark !== null && (await isDead(kubeConfig, mark, signal)))
      await restoreNode(kubeConfig, node.metadata?.name ?? '', mark.run, signal);
  }
}

async function isDead(
  kubeConfig: KubeConfig,
  { run, owner, namespace, expires }: NodeMark,
  signal: AbortSignal,
): Promise<boolean> {
  const here = leaseOwner();
  const maker = parseOwner({ [OWNER_ANNOTATION]: JSON.stringify(owner) });
  if (here.knowsDead(maker)) return true;
  if (here.knowsAlive(maker) || !(Date.parse(expires) < Date.now())) return false;
  if (namespace === undefined) return true;
  const witness = await probeLease(kubeConfig, namespace, { runId: run, owner: here, signal });
  return witness.alive === null && !((witness.expiresAt?.getTime() ?? 0) > Date.now());
}
