import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesObjectApi, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../../cluster/kube/api-client.ts';
import { apiFailure } from '../../cluster/kube/api-failure.ts';
import type { OwnedObject } from '../../workload/apply-workload.ts';
import type { DeleteOptions, KubeObject } from '../../workload/kube-object.ts';
import type { Leftover } from './find-leftovers.ts';
import { removalOrder } from './removal-order.ts';

/** What became of one object. */
export interface Removal {
  readonly object: OwnedObject;
  /** `null`: it is gone. Else why not. */
  readonly why: string | null;
}

/** Pods end with their grace period, a namespace with everything in it. */
const GONE_WITHIN_MS = 90_000;
const POLL_INTERVAL_MS = 250;

/**
 * Deletes objects, each only if it still has its UID, and waits until they are gone. An owner is not gone before what it
 * made: Pods that still end would disturb whatever is measured next. One that may not be deleted does not keep the
 * others from it.
 */
export async function removeLeftovers(
  kubeConfig: KubeConfig,
  objects: readonly Leftover[],
  signal: AbortSignal,
): Promise<Removal[]> {
  const api = apiClient(kubeConfig, KubernetesObjectApi, signal);
  const order = removalOrder(objects);
  const refused = new Map<string, string>();
  for (const object of order) {
    const body: DeleteOptions = { preconditions: { uid: object.uid }, propagationPolicy: 'Foreground' };
    await api
      .delete(headerOf(object), undefined, undefined, undefined, undefined, undefined, body)
      .catch((error: unknown) => {
        signal.throwIfAborted();
        const { httpStatus, message } = apiFailure(error);
        if (httpStatus !== 404 && httpStatus !== 409) refused.set(object.uid, message);
      });
  }
  const deadline = performance.now() + GONE_WITHIN_MS;
  const removals: Removal[] = [];
  for (const object of order) {
    const why = refused.get(object.uid) ?? (await untilGone(api, object, deadline, signal));
    removals.push({ object, why });
  }
  return removals;
}

async function untilGone(
  api: KubernetesObjectApi,
  object: OwnedObject,
  deadline: number,
  signal: AbortSignal,
): Promise<string | null> {
  for (;;) {
    const found = await api.read<KubeObject>(headerOf(object)).catch(apiFailure);
    signal.throwIfAborted();
    if ('httpStatus' in found) {
      if (found.httpStatus === 404) return null;
      if (found.httpStatus === 403) return null; // Deleted, and not to be looked at: that is all there is to know.
    } else if (found.metadata?.uid !== object.uid) return null;
    if (performance.now() > deadline) return 'it was asked to go, and is still there';
    await sleep(POLL_INTERVAL_MS, undefined, { signal });
  }
}

function headerOf({ apiVersion, kind, name, namespace }: OwnedObject) {
  return { apiVersion, kind, metadata: { name, ...(namespace !== null && { namespace }) } };
}
