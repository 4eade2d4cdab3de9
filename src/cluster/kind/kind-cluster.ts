import { inspectImageArchive } from '../../image/inspect-image-archive.ts';
import { requirePlatform } from '../../image/require-platform.ts';
import type { Cluster, ClusterSources } from '../cluster.ts';
import type { EngineAccess } from './engine-command.ts';
import { runKind } from './kind-command.ts';
import type { KindNode } from './kind-nodes.ts';

export interface KindClusterOptions {
  readonly name: string;
  /** See `Cluster.ours`. */
  readonly ours: boolean;
  readonly kind: string;
  readonly engine: EngineAccess;
  readonly kubeconfigPath: string;
  readonly proxyMode: string;
  /** All node containers. */
  readonly nodes: readonly KindNode[];
  /** By the nodes' own addresses; published on 127.0.0.1; or this host does not come to them. */
  readonly nodePorts: 'direct' | 'published' | 'unreachable';
  readonly auditLogPath: string | null;
  /** This process can enter the nodes' namespaces: they run on this kernel, and it is root. */
  readonly canEnter: boolean;
  /** Its kubelets log what tells of hooks and probes. */
  readonly kubeletsLogVerbosely: boolean;
}

/** A running kind cluster, as a run sees it. Its nodes are those that run Pods. */
export function kindCluster(options: KindClusterOptions): Cluster {
  const { name, ours, kind, engine, nodes, nodePorts } = options;
  return {
    driver: 'kind',
    name,
    ours,
    kubeconfigPath: options.kubeconfigPath,
    nodes: workingNodes(nodes).map((node) => ({
      name: node.name,
      address: nodePorts === 'published' ? '127.0.0.1' : node.address,
    })),
    proxyMode: options.proxyMode,
    ...(nodePorts === 'direct' ? {} : { nodePorts }),
    sources: sources(options),
    loadImage: async (archivePath, signal) => {
      requirePlatform(await inspectImageArchive(archivePath));
      await runKind(kind, engine, ['load', 'image-archive', archivePath, '--name', name], signal);
    },
  };
}

/** Where there are workers, the control plane runs no Pods of ours. */
function workingNodes(nodes: readonly KindNode[]): readonly KindNode[] {
  const workers = nodes.filter(({ role }) => role === 'worker');
  return workers.length > 0 ? workers : nodes;
}

function sources({
  canEnter,
  kubeletsLogVerbosely,
  auditLogPath,
  nodes,
}: KindClusterOptions): ClusterSources {
  if (!canEnter) return { auditLogPath, sharesKernel: false, onNode: null, runtimeEvents: null };
  const pidOf = (name: string) => String(nodes.find((node) => node.name === name)?.pid ?? 0);
  // Not `docker exec`: what that starts lives on when the client is killed.
  const among = (node: string, ...others: readonly string[]) =>
    ['nsenter', '--target', pidOf(node), '--mount', ...others, '--wdns=/', '--'] as const;
  return {
    auditLogPath,
    sharesKernel: true,
    // The host's own programs in the node's network: the node image need not have them.
    onNode: (node, command) => ['nsenter', '--target', pidOf(node), '--net', '--', ...command],
    podLogsPath: (node) => `/proc/${pidOf(node)}/root/var/log/pods`,
    runtimeEvents: (node) => [...among(node), '/usr/local/bin/ctr', '--namespace', 'k8s.io', 'events'],
    ...(kubeletsLogVerbosely && {
      // journald answers only to whom it can see.
      kubeletLog: (node) => ({ journalctl: [...among(node, '--pid'), 'journalctl'] as const }),
    }),
    ...etcdOf(nodes),
  };
}

/** kubeadm's etcd: a static Pod in the control plane's network, with the API server's own credentials for it. */
function etcdOf(nodes: readonly KindNode[]): Pick<ClusterSources, 'etcd'> {
  const [first, ...others] = nodes.filter(({ role }) => role === 'control-plane');
  // Of several members each tells all; which one is asked would have to be decided again when it ends.
  if (first === undefined || others.length > 0) return {};
  const pki = `/proc/${first.pid}/root/etc/kubernetes/pki`;
  return {
    etcd: {
      url: 'https://127.0.0.1:2379',
      caPath: `${pki}/etcd/ca.crt`,
      certificatePath: `${pki}/apiserver-etcd-client.crt`,
      keyPath: `${pki}/apiserver-etcd-client.key`,
      inItsNetwork: (command) => ['nsenter', `--net=/proc/${first.pid}/ns/net`, '--', ...command],
    },
  };
}
