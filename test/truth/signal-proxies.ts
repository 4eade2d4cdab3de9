import { execa } from 'execa';

import type { Cluster } from '../../src/cluster/cluster.ts';

/** Stops every kube-proxy of a box, or lets them go on. The box's own PID namespace holds no others. */
export async function signalProxies(cluster: Cluster, signal: 'STOP' | 'CONT'): Promise<void> {
  const [node] = cluster.nodes;
  const { onNode } = cluster.sources;
  if (node === undefined || onNode === null) throw new Error('this cluster does not let anybody in');
  const [file, ...args] = onNode(node.name, ['sh', '-c', `kill -${signal} $(pidof kube-proxy)`]);
  await execa(file, args);
}
