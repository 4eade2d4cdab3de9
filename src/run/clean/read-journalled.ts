import { KubernetesObjectApi, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from '../../cluster/kube/api-client.ts';
import { apiFailure } from '../../cluster/kube/api-failure.ts';
import { LABELS } from '../../workload/ownership.ts';
import type { JournalledObject } from '../journal-leftovers.ts';
import { leftover, type Leftover } from './find-leftovers.ts';

/**
 * Looks up by name what a journal says may be left: that needs no right to list. Only what carries the run's label is
 * found; `gone` is what is certainly not there any more.
 */
export async function readJournalled(
  kubeConfig: KubeConfig,
  journal: readonly JournalledObject[],
  runId: string,
  signal: AbortSignal,
): Promise<{ readonly found: readonly Leftover[]; readonly gone: readonly JournalledObject[] }> {
  const api = apiClient(kubeConfig, KubernetesObjectApi, signal);
  const found: Leftover[] = [];
  const gone: JournalledObject[] = [];
  for (const object of journal) {
    const { apiVersion, kind, namespace, name, uid } = object;
    const header = { apiVersion, kind, metadata: { name, ...(namespace !== null && { namespace }) } };
    const read = await api.read(header).catch(apiFailure);
    signal.throwIfAborted();
    if ('httpStatus' in read ? read.httpStatus === 404 : uid !== null && read.metadata?.uid !== uid)
      gone.push(object);
    // Not to be read: then it cannot be held against the journal, and is not touched.
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
  return { found, gone };
}
