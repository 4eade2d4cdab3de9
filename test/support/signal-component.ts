import { execa } from 'execa';

import type { Cluster } from '../../src/cluster/cluster.ts';

/**
 * Stops every process of that name in a box, or lets them go on. The box's own PID namespace holds no others. A child
 * that was just being started when its parent was stopped has another name by now: children go on, too.
 */
export async function signalComponent(
  { nodes, sources }: Cluster,
  component: 'kube-proxy' | 'kube-controller-manager' | 'coredns',
  signal: 'STOP' | 'CONT',
): Promise<void> {
  const [node] = nodes;
  if (node === undefined || sources.onNode === null) throw new Error('this cluster does not let anybody in');
  const children = signal === 'CONT' ? ` $(pgrep -P "$(pidof ${component} | tr ' ' ,)" || true)` : '';
  const command = `kill -${signal} $(pidof ${component})${children}`;
  const [file, ...args] = sources.onNode(node.name, ['sh', '-c', command]);
  await execa(file, args);
}
