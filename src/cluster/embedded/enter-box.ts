import type { ProcessIdentity } from '../../model/process-identity.ts';

/**
 * The command line that runs something inside a box: in its mount, PID, IPC and network namespaces, or in a node's own
 * network and host name. Not `ip netns exec`: that makes a mount namespace of its own, in which the kubelet's volumes
 * would never reach containerd.
 */
export function enterBox(
  init: ProcessIdentity,
  node: string | null,
  command: readonly string[],
): [string, ...string[]] {
  const target = String(init.pid);
  const inside = `/proc/${target}/root/run`;
  return [
    'nsenter',
    '--target',
    target,
    '--mount',
    '--pid',
    '--ipc',
    ...(node === null
      ? ['--net', '--uts']
      : [`--net=${inside}/netns/${node}`, `--uts=${inside}/uts/${node}`]),
    '--wdns=/',
    '--',
    ...command,
  ];
}
