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
  /** Path of a kubeconfig file with one context. */
  readonly kubeconfigPath: string;
  readonly nodes: readonly ClusterNode[];
  readonly proxyMode: string;
  readonly sources: ClusterSources;
  /** What was found by asking, on a cluster that is not ours; absent where `sources` is all there is to say. */
  readonly capabilities?: ClusterCapabilities;
  /** Puts the images of an OCI or docker-archive tar on every node. */
  loadImage(archivePath: string, signal?: AbortSignal): Promise<void>;
}

/** Optional sources of evidence; `null` where this cluster has none. */
export interface ClusterSources {
  /** The API server's audit log as a file on the harness host. */
  readonly auditLogPath: string | null;
  /** The nodes run on the harness' own kernel: its tracepoints and clocks are theirs. */
  readonly sharesKernel: boolean;
  /** The command line that runs a command in a node's network namespace. */
  readonly onNode: ((node: string, command: readonly string[]) => [string, ...string[]]) | null;
  /** The command line that streams a node's containerd events as JSON lines. */
  readonly runtimeEvents: ((node: string) => [string, ...string[]]) | null;
  /** The command line of the node's `ctr` among the node's own mounts, where it is not simply `ctr`. */
  readonly ctr?: (node: string) => readonly string[];
}
