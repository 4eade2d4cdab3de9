import { setTimeout as sleep } from 'node:timers/promises';
import { CoordinationV1Api, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../cluster/kube/api-client.ts';
import { apiFailure, type ApiFailure } from '../cluster/kube/api-failure.ts';
import { heldLease, LEASE_NAME, type LeaseOwner } from './lease-holder.ts';
import { EXPIRES_ANNOTATION, LABELS } from './ownership.ts';

/** What the Lease of its namespace says of a run that is thought to be dead. */
export interface LeaseSigns {
  /** By which sign the run goes on, or why that cannot be told; `null`: nothing speaks for it. */
  readonly alive: string | null;
  /** What the run made is not to be taken for expired before; `null`: the Lease does not say. */
  readonly expiresAt: Date | null;
}

const LOOK_EVERY_MS = 1_000;
const SILENT: LeaseSigns = { alive: null, expiresAt: null };

/**
 * Asks the Lease of a namespace whether a run goes on there. No clock decides: a Lease is dead when it was seen not to
 * change for its whole duration, which takes 15 s; one that is alive changes every 3 s. A process that this machine
 * knows is asked first.
 */
export async function probeLease(
  kubeConfig: KubeConfig,
  namespace: string,
  run: { readonly runId: string; readonly owner: LeaseOwner; readonly signal: AbortSignal },
): Promise<LeaseSigns> {
  const { runId, owner, signal } = run;
  const api = apiClient(kubeConfig, CoordinationV1Api, signal);
  const read = async () => {
    const found = await api.readNamespacedLease({ name: LEASE_NAME, namespace }).catch(apiFailure);
    signal.throwIfAborted();
    return found;
  };
  const first = await read();
  if ('httpStatus' in first) return unread(namespace, first);
  const holder = heldLease(first);
  if (holder === null || first.metadata?.labels?.[LABELS.run] !== runId) return SILENT;
  if (owner.knowsAlive(holder.owner))
    return { ...SILENT, alive: `process ${holder.owner?.pid ?? ''} of this machine goes on with it` };
  const expires = Date.parse(first.metadata.annotations?.[EXPIRES_ANNOTATION] ?? '');
  const expiresAt = Number.isNaN(expires) ? null : new Date(expires);
  if (owner.knowsDead(holder.owner)) return { alive: null, expiresAt };
  const deadline = performance.now() + holder.durationSeconds * 1000;
  while (performance.now() < deadline) {
    await sleep(LOOK_EVERY_MS, undefined, { signal });
    const again = await read();
    if ('httpStatus' in again) return unread(namespace, again);
    if (again.metadata?.resourceVersion !== first.metadata.resourceVersion)
      return { alive: `its Lease in namespace ${namespace} is renewed`, expiresAt };
  }
  return { alive: null, expiresAt };
}

function unread(namespace: string, { httpStatus, message }: ApiFailure): LeaseSigns {
  if (httpStatus === 404) return SILENT;
  return {
    ...SILENT,
    alive: `whether its Lease in namespace ${namespace} is renewed is not known: ${message}`,
  };
}
