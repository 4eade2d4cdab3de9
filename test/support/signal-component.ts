import { execa } from 'execa';

import type { Cluster } from '../../src/cluster/cluster.ts';

/** Stops every process of that name in a box, or lets them go on. The box's own PID namespace holds no others. */
export async function signalComponent(
  { nodes, sources }: Cluster,
  component: 'kube-proxy' | 'kube-controller-manager',
  signal: 'STOP' | 'CONT',
): Promise<void> {
  const [node] = nodes;
  if (node === undefined || sources.onNode === null) throw new Error('this cluster does not let anybody in');
  const command = `kill -${signal} $(pidof ${component})`;
  const [file, ...args] = sources.onNode(node.name, ['sh', '-c', command]);
  await execa(file, args);
}
