import type { KubeConfig } from '@kubernetes/client-node';

import type { JournalWriter } from '../history/journal-writer.ts';
import type { Inside } from '../inside/deploy-inside.ts';
import { useThenClose } from '../model/use-then-close.ts';
import type { NamespaceLease } from '../workload/namespace-lease.ts';
import type { OpenCluster } from './open/cluster-opening.ts';
import { deleteRunNamespace, type RunNamespace } from './run-namespace.ts';

/** Removes the run's own namespace, or leaves somebody else's to the next run. */
export async function releaseNamespace(
  kubeConfig: KubeConfig,
  journal: JournalWriter,
  namespace: RunNamespace,
  inside: Inside | undefined,
  lease: NamespaceLease | undefined,
  { existing, ownedByRun }: OpenCluster,
): Promise<void> {
  if (ownedByRun) {
    // All that is on it goes with it.
    lease?.abandon();
    return;
  }
  try {
    await existing?.requireSameServer(AbortSignal.timeout(10_000));
  } catch (error) {
    lease?.abandon();
    throw error;
  }
  const remove = async () => {
    if (namespace.created) await deleteRunNamespace(kubeConfig, journal, namespace);
    else await inside?.remove();
  };
  await useThenClose(remove, () => lease?.release() ?? Promise.resolve());
}
