import type { Cluster } from '../cluster/cluster.ts';
import { readAuditLog } from '../observe/audit-log.ts';
import { watchEtcd } from '../observe/etcd/watch-etcd.ts';
import { readKubeletLog } from '../observe/kubelet-log.ts';
import type { ObserveContext, Observer } from '../observe/observer.ts';
import { allStarted } from '../observe/stop-observers.ts';

/**
 * Starts what the cluster's own components tell beyond the API, as far as the cluster offers it: the API server's audit
 * log, each kubelet's log (both read at the end), and deletes in etcd. Goes on through the trial's clean-up.
 *
 * @param names of the trial's objects; `null`: nobody else's are in the namespace
 */
export async function observeControlPlane(
  cluster: Cluster,
  namespace: string,
  runStartNs: bigint,
  context: ObserveContext,
  names: readonly string[] | null = null,
): Promise<readonly Observer[]> {
  const { auditLogPath, kubeletLog, etcd } = cluster.sources;
  return allStarted([
    ...(auditLogPath === null ? [] : [readAuditLog(auditLogPath, namespace, runStartNs, context, names)]),
    ...(kubeletLog === undefined
      ? []
      : cluster.nodes.map(({ name }) =>
          readKubeletLog(name, kubeletLog(name), namespace, runStartNs, context, names),
        )),
    ...(etcd === undefined ? [] : [watchEtcd(etcd, namespace, context, runStartNs)]),
  ]);
}
