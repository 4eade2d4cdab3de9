import { execa } from 'execa';

import type { Cluster } from '../../src/cluster/cluster.ts';

/** Whether a node's rules reject what comes to this NodePort because its Service has no endpoints. */
export async function rejectsPort(cluster: Cluster, node: string, port: number): Promise<boolean> {
  const { onNode } = cluster.sources;
  if (onNode === null) throw new Error('this cluster does not let anybody in');
  const command =
    cluster.proxyMode === 'nftables'
      ? ['nft', 'list', 'map', 'ip', 'kube-proxy', 'no-endpoint-nodeports']
      : ['iptables-save', '-t', 'filter'];
  const [file, ...args] = onNode(node, command);
  const { stdout } = await execa(file, args);
  return cluster.proxyMode === 'nftables'
    ? new RegExp(`\\. ${port}\\b`).test(stdout)
    : new RegExp(`has no endpoints.*--dport ${port} `).test(stdout);
}
