import { CoreV1Api, VersionApi, type KubeConfig } from '@kubernetes/client-node';

import type { AccessRight } from '../../model/access-right.ts';
import type { ClusterCapabilities } from '../../model/cluster-capabilities.ts';
import type { ClusterNode } from '../cluster.ts';
import { apiClient } from '../kube/api-client.ts';
import { readProxyMode } from '../kube/read-proxy-mode.ts';
import { reviewAccess } from './review-access.ts';

export interface ProbedCluster {
  readonly capabilities: ClusterCapabilities;
  /** As the API server says it, e.g. `v1.37.1`. */
  readonly serverVersion: string;
  /** Ready nodes; empty where they may not be listed. */
  readonly nodes: readonly ClusterNode[];
  /** Names of the images that each node says it has, by node; empty where nodes may not be listed. */
  readonly images: ReadonlyMap<string, readonly string[]>;
  /** `nftables`, `iptables`, `ipvs`; `unknown` where nothing tells. */
  readonly proxyMode: string;
}

/**
 * Finds out what can be seen of a cluster that is not ours, by asking only: nothing is created.
 *
 * @param namespace that the run will use, or would make.
 */
export async function probeCapabilities(
  kubeConfig: KubeConfig,
  namespace: string,
  signal: AbortSignal,
): Promise<ProbedCluster> {
  const denied = await reviewAccess(kubeConfig, Object.values(QUESTIONS).flatMap((ask) => ask(namespace)), signal); // prettier-ignore
  const may = (question: keyof typeof QUESTIONS) =>
    QUESTIONS[question](namespace).every(
      (right) => !denied.some(({ resource, verb }) => resource === right.resource && verb === right.verb),
    );
  const version = await apiClient(kubeConfig, VersionApi, signal).getCode();
  const found = may('nodes') ? await listNodes(kubeConfig, signal) : { nodes: [], images: new Map() };
  return {
    ...found,
    capabilities: {
      watch: may('watch'),
      logs: may('logs'),
      nodes: may('nodes'),
      audit: false,
      nodeAgent: may('nodeAgent'),
      nodePort: null,
    },
    serverVersion: version.gitVersion,
    proxyMode: await readProxyMode(kubeConfig, signal),
  };
}

const right = (group: string, resource: string, verb: string, namespace: string | null): AccessRight => ({
  group,
  resource,
  verb,
  namespace,
});

const QUESTIONS = {
  watch: (namespace: string) =>
    ['list', 'watch'].flatMap((verb) => [
      right('', 'pods', verb, namespace),
      right('discovery.k8s.io', 'endpointslices', verb, namespace),
      right('', 'events', verb, namespace),
    ]),
  logs: (namespace: string) => [right('', 'pods/log', 'get', namespace)],
  nodes: () => [right('', 'nodes', 'list', null), right('', 'nodes', 'watch', null)],
  nodeAgent: (namespace: string) =>
    ['create', 'delete'].map((verb) => right('apps', 'daemonsets', verb, namespace)),
} as const;

async function listNodes(
  kubeConfig: KubeConfig,
  signal: AbortSignal,
): Promise<Pick<ProbedCluster, 'nodes' | 'images'>> {
  const { items } = await apiClient(kubeConfig, CoreV1Api, signal).listNode();
  const ready = items.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
  const name = (node: (typeof items)[number]) => node.metadata?.name ?? '';
  return {
    nodes: ready.flatMap((node) => {
      const addresses = ['InternalIP', 'ExternalIP'].flatMap((wanted) =>
        (node.status?.addresses ?? []).filter(({ type }) => type === wanted).map(({ address }) => address),
      );
      const [address] = addresses;
      return address === undefined ? [] : [{ name: name(node), address, addresses }];
    }),
    images: new Map(
      ready.map((node) => [name(node), (node.status?.images ?? []).flatMap(({ names }) => names ?? [])]),
    ),
  };
}
