import { join } from 'node:path';

import { boxesDirectory } from './state-directory.ts';

/** Where a box's files are, seen from the host. */
export interface BoxPaths {
  readonly root: string;
  readonly record: string;
  readonly pki: string;
  readonly logs: string;
  readonly auditLog: string;
  readonly kubeconfig: string;
  readonly init: string;
}

export function boxPaths(name: string): BoxPaths {
  const root = join(boxesDirectory(), name);
  return {
    root,
    record: join(root, 'box.json'),
    pki: join(root, 'pki'),
    logs: join(root, 'logs'),
    auditLog: join(root, 'logs', 'audit.log'),
    kubeconfig: join(root, 'kubeconfig'),
    init: join(root, 'drainbench-init'),
  };
}

/**
 * The same files seen from inside the box, where the box's folder is mounted on /run/box and each tool's binaries on
 * /run/tools/NAME. Fixed and short: Unix socket paths end at 107 bytes, and the kubelet makes long ones.
 */
export const INSIDE = {
  root: '/run/box',
  pki: '/run/box/pki',
  tools: '/run/tools',
  node: (name: string) => `/run/box/${name}`,
  containerdSocket: (node: string) => `/run/box/${node}/containerd.sock`,
} as const;
