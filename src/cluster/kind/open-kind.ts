import type { Cluster } from '../cluster.ts';
import { findNodesHere } from './find-nodes-here.ts';
import { kindCluster } from './kind-cluster.ts';
import { listOwnNodes } from './kind-nodes.ts';
import { kindPaths } from './kind-paths.ts';
import type { KindRecord } from './kind-record.ts';
import { kubeletsLogVerbosely } from './kubelets-log-verbosely.ts';
import { requireRunning } from './require-running.ts';

/** A kind cluster of ours that runs. Throws `kind-not-running`. */
export async function openKind(kind: string, record: KindRecord): Promise<Cluster> {
  const { name, engine, published } = record;
  const nodes = await listOwnNodes(record);
  requireRunning(name, engine, nodes);
  const paths = kindPaths(name);
  const { canEnter } = await findNodesHere(engine, nodes);
  return kindCluster({
    name,
    ours: true,
    kind,
    engine,
    kubeconfigPath: paths.kubeconfig,
    proxyMode: record.proxyMode,
    nodes,
    nodePorts: published ? 'published' : 'direct',
    auditLogPath: record.audited ? paths.auditLog : null,
    canEnter,
    kubeletsLogVerbosely: canEnter && (await kubeletsLogVerbosely(nodes)),
  });
}
