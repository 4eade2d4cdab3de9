import type { ToolName } from '../../../tools/tool-paths.ts';

/** The tools that a node image is made of; `kind` besides, whose source gives the base files. */
export const NODE_IMAGE_TOOLS = [
  'pause',
  'cni',
  'runc',
  'etcd',
  'containerd',
  'coredns',
  'kubernetes',
  'kubeadm',
  'crictl',
  'kindnet',
] as const satisfies readonly ToolName[];
