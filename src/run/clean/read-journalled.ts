import { KubernetesObjectApi, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../../cluster/kube/api-client.ts';
import { apiFailure } from '../../cluster/kube/api-failure.ts';
import { LABELS } from '../../workload/ownership.ts';
import type { JournalledObject } from '../left-behind.ts';
import { leftover, type Leftover } from './find-leftovers.ts';

/** Looks up by name what a journal says may be left: that needs no right to list. Only what carries the run's label. */
export async function readJournalled(
  kubeConfig: KubeConfig,
  journal: readonly JournalledObject[],
  runId: string,
  signal: AbortSignal,
): Promise<Leftover[]> {
  const api = apiClient(kubeConfig, KubernetesObjectApi, signal);
  const found: Leftover[] = [];
  for (const { apiVersion, kind, namespace, name } of journal) {
    const header = { apiVersion, kind, metadata: { name, ...(namespace !== null && { namespace }) } };
    const read = await api.read(header).catch(apiFailure);
    signal.throwIfAborted();
    // Not there, or not to be read: then it cannot be held against the journal, and is not touched.
    if ('httpStatus' in read) continue;
    if (
      read.metadata?.labels?.[LABELS.run] !== runId ||
      read.metadata.labels[LABELS.managedBy] !== 'drainbench'
    )
      continue;
    // The client has made Dates of the times.
    found.push(
      leftover(apiVersion, kind, JSON.parse(JSON.stringify(read)) as Parameters<typeof leftover>[2]),
    );
  }
  return found;
}
