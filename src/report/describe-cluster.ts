import type { ClusterCapabilities } from '../model/cluster-capabilities.ts';
import { countOf } from '../model/count-of.ts';
import type { RunManifest } from '../model/run-manifest.ts';

type ClusterFacts = NonNullable<RunManifest['cluster']>;

/** What a report says of the cluster, name and text; of one that is not ours also which it was and what could be seen. */
export function describeCluster(cluster: ClusterFacts | null): readonly (readonly [string, string])[] {
  if (cluster === null) return [['Cluster', 'none']];
  const { driver, kubernetesVersion, nodes, proxyMode, context, identity, capabilities } = cluster;
  return [
    [
      'Cluster',
      `${driver}, Kubernetes ${kubernetesVersion}, ${countOf(nodes.length, 'node')}, kube-proxy ${proxyMode}`,
    ],
    ...(context === undefined ? [] : [['Context', context] as const]),
    ...(identity === undefined
      ? []
      : [['Identity', `namespace ${identity.namespace}, UID ${identity.uid}`] as const]),
    ...(capabilities === undefined ? [] : [['Seen there', capabilityWords(capabilities)] as const]),
  ];
}

const WORDS: Readonly<Record<keyof ClusterCapabilities, string>> = {
  watch: 'Pods, EndpointSlices and Events',
  logs: 'container logs',
  nodes: 'Nodes',
  audit: 'the audit log',
  nodeAgent: 'the nodes from inside',
  nodePort: 'NodePorts from this host',
};

function capabilityWords(capabilities: ClusterCapabilities): string {
  const names = Object.keys(WORDS) as (keyof ClusterCapabilities)[];
  const those = (value: boolean | null): string =>
    names
      .filter((name) => capabilities[name] === value)
      .map((name) => WORDS[name])
      .join(', ');
  return [
    those(true) || 'nothing',
    ...(those(false) === '' ? [] : [`not: ${those(false)}`]),
    ...(those(null) === '' ? [] : [`not tried: ${those(null)}`]),
  ].join('; ');
}
