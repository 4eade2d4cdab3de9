import { KubeConfig } from '@kubernetes/client-node';

import { keepConnections } from '../cluster/kube/keep-connections.ts';
import { guardWrites } from '../cluster/kube/write-guard.ts';
import type { JournalWriter } from '../history/journal-writer.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { LEASE_NAME, leaseOwner } from '../workload/lease-holder.ts';
import { acquireNamespaceLease, type NamespaceLease } from '../workload/namespace-lease.ts';
import type { RunNamespace } from './run-namespace.ts';

export interface HoldOptions {
  readonly runId: string;
  readonly journal: JournalWriter;
  readonly signal: AbortSignal;
  readonly onStep: (message: string) => void;
}

/**
 * Takes the namespace's Lease, its intent journalled first, and from then on lets `kubeConfig` write nothing without
 * it.
 *
 * @throws DrainbenchError `namespace-held`, `lease-not-taken`.
 */
export async function holdNamespace(
  kubeConfig: KubeConfig,
  { name: namespace }: RunNamespace,
  { runId, journal, signal, onStep }: HoldOptions,
): Promise<NamespaceLease> {
  const object = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name: LEASE_NAME };
  await journal.write({ type: 'intent', ...object });
  // Not the run's own configuration: the Lease is what its guard asks for.
  const unguarded = new KubeConfig();
  unguarded.loadFromString(kubeConfig.exportConfig());
  keepConnections(unguarded);
  const options = { namespace, runId, owner: leaseOwner(), signal, onStep };
  const lease = await acquireNamespaceLease(unguarded, options).catch(async (error: unknown) => {
    // Another run's, and nothing that this one leaves.
    if (error instanceof DrainbenchError && error.code === 'namespace-held')
      await journal.write({ type: 'removed', ...object });
    throw error;
  });
  await journal.write({ type: 'created', ...object, uid: lease.uid });
  guardWrites(kubeConfig, lease.guard);
  return {
    ...lease,
    release: async () => {
      const isGone = await lease.release();
      if (isGone) await journal.write({ type: 'removed', ...object });
      return isGone;
    },
  };
}
