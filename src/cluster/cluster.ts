import type { ClusterCapabilities } from '../model/cluster-capabilities.ts';

/** A node of the cluster under test, and where the harness reaches its NodePorts. */
export interface ClusterNode {
  readonly name: string;
  /** IPv4 address on which the node's NodePorts answer. */
  readonly address: string;
  /** All addresses that might, best first, where it is not known which of them this host reaches. */
  readonly addresses?: readonly string[];
}

/** A Kubernetes cluster that a run can use. What it can show beyond the API is in `sources`. */
export interface Cluster {
  readonly driver: 'embedded' | 'kind' | 'existing';
  readonly name: string;
  /** drainbench made it, nodes and all. Somebody else's is used; what is theirs on it is never changed. */
  readonly ours: boolean;
  /** Path of a kubeconfig file with one context. */
  readonly kubeconfigPath: string;
  readonly nodes: readonly ClusterNode[];
  /** kube-proxy's; `unknown` where nothing tells, or there is none. */
  readonly proxyMode: string;
  /**
   * How this host comes to the NodePorts, where it is not by the nodes' own addresses: the container engine publishes
   * those of one node here, or it does not come to them at all.
   */
  readonly nodePorts?: 'published' | 'unreachable';
  readonly sources: ClusterSources;
  /** A hand on what runs on the nodes; absent where there is none. */
  readonly control?: ClusterControl;
  /** What was found by asking, on a cluster that is not ours; absent where `sources` is all there is to say. */
  readonly capabilities?: ClusterCapabilities;
  /** Puts the images of an OCI or docker-archive tar on every node. */
  loadImage(archivePath: string, signal?: AbortSignal): Promise<void>;
}

export type NodeComponent = 'kubelet' | 'containerd';

/** What can be done to a cluster's nodes beyond its API. Methods throw DrainbenchError. */
export interface ClusterControl {
  /** Stops a component as its service manager would, and starts it again; resolves when it has been started. */
  restart(component: NodeComponent, node: string, signal: AbortSignal): Promise<void>;
  /** Sends SIGKILL to the first process of a container. */
  killContainer(node: string, containerId: string, signal: AbortSignal): Promise<void>;
}

/** Optional sources of evidence; `null` or absent where this cluster has none. */
export interface ClusterSources {
  /** The API server's audit log as a file on the harness host. */
  readonly auditLogPath: string | null;
  /** The nodes run on the harness' own kernel: its tracepoints and clocks are theirs. */
  readonly sharesKernel: boolean;
  /** The command line that runs a command in a node's network namespace. */
  readonly onNode: ((node: string, command: readonly string[]) => [string, ...string[]]) | null;
  /** Our `conntrack-events`, as `onNode` finds it; absent: there is only conntrack(8). */
  readonly conntrackEvents?: string;
  /** The command line that streams a node's containerd events as JSON lines. */
  readonly runtimeEvents: ((node: string) => [string, ...string[]]) | null;
  /** The command line of the node's `ctr` among the node's own mounts, where it is not simply `ctr`. */
  readonly ctr?: (node: string) => readonly string[];
  /**
   * A node's kubelet log: klog's text form with times in UTC, and verbose enough to tell of hooks and probes
   * (`KUBELET_VERBOSITY`).
   */
  readonly kubeletLog?: (node: string) => KubeletLogSource;
  /**
   * The folder with the logs of a node's Pods (`/var/log/pods` on most nodes) as it is seen from the harness host:
   * `NAMESPACE_POD_UID/CONTAINER/RESTARTS.log` in it, regular files in the CRI log format. Only where the nodes' cgroups
   * are this host's, too.
   */
  readonly podLogsPath?: (node: string) => string;
  readonly etcd?: EtcdSource;
}

/** A file on the harness host, or the command line of the `journalctl` that reads the node's own journal. */
export type KubeletLogSource =
  { readonly path: string } | { readonly journalctl: readonly [string, ...string[]] };

/** How etcd is reached with the credentials of one of its clients. */
export interface EtcdSource {
  /** Its client URL, e.g. `https://127.0.0.1:2379`. */
  readonly url: string;
  /** PEM files on the harness host. */
  readonly caPath: string;
  readonly certificatePath: string;
  readonly keyPath: string;
  /** The command line that runs a command of the harness host where that URL leads to etcd. */
  readonly inItsNetwork: (command: readonly string[]) => [string, ...string[]];
}
