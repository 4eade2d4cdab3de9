import { stringify } from 'yaml';

import { KUBELET_VERBOSITY } from '../kubelet-verbosity.ts';
import { clusterMark } from './cluster-mark.ts';

/** What a kind cluster shall be, and what the engine's machine needs so that it can be. */
export interface KindConfigOptions {
  /** Nodes that run Pods. From two on, the control plane is a node of its own besides. */
  readonly nodeCount: number;
  readonly proxyMode: KindProxyMode;
  /** What all its nodes carry, so that they are known as ours. */
  readonly mark: string;
  /** `null`: kind's own default. */
  readonly podSubnet: string | null;
  readonly serviceSubnet: string | null;
  /** The engine's machine is on cgroup v1, which the kubelet refuses unless told otherwise. */
  readonly cgroupV1: boolean;
  /** The engine's machine cannot lower oom_score_adj (no CAP_SYS_RESOURCE): no sandbox would start. */
  readonly restrictOomScoreAdj: boolean;
  /** Folders on this host that the control plane mounts; `null` where the engine does not see this host's files. */
  readonly audit: { readonly policyFile: string; readonly logFolder: string } | null;
  /** NodePorts to publish on 127.0.0.1 of this host, where its nodes' addresses cannot be reached; else none. */
  readonly publishedNodePorts: readonly number[];
}

export type KindProxyMode = 'iptables' | 'nftables' | 'ipvs';

/** File name of the audit log in the folder that is mounted for it. */
export const AUDIT_LOG = 'audit.log';

const INSIDE = { policy: '/etc/kubernetes/drainbench-audit.yaml', logs: '/var/log/drainbench-audit' };

/**
 * kind's configuration file (kind.x-k8s.io/v1alpha4). Patches are there for what is observed, and where the machine needs
 * them.
 */
export function kindConfig(options: KindConfigOptions): string {
  const { audit, publishedNodePorts: ports } = options;
  const workers = options.nodeCount < 2 ? 0 : options.nodeCount;
  const mark = { ...clusterMark(options.mark), readOnly: true };
  const published = {
    ...(ports.length === 0 ? {} : { extraPortMappings: ports.map(publish) }),
  };
  return stringify({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: {
      apiServerAddress: '127.0.0.1',
      kubeProxyMode: options.proxyMode,
      ...(options.podSubnet === null ? {} : { podSubnet: options.podSubnet }),
      ...(options.serviceSubnet === null ? {} : { serviceSubnet: options.serviceSubnet }),
    },
    kubeadmConfigPatches: [
      kubeletPatch({ logging: KUBELET_LOGGING }),
      ...(options.cgroupV1 ? [kubeletPatch({ failCgroupV1: false })] : []),
    ],
    ...(options.restrictOomScoreAdj ? { containerdConfigPatches: RESTRICT_OOM_SCORE_ADJ } : {}),
    kubeadmConfigPatchesJSON6902: [
      ...(audit === null ? [] : [...auditPatches(), ...volumePatches()]),
      ...(ports.length === 0 ? [] : argumentPatches({ 'service-node-port-range': range(ports) })),
    ],
    nodes: [
      {
        role: 'control-plane',
        extraMounts: [mark, ...(audit === null ? [] : auditMounts(audit))],
        ...(workers === 0 ? published : {}),
      },
      ...Array.from({ length: workers }, (_, index) => ({
        role: 'worker',
        extraMounts: [mark],
        ...(index === 0 ? published : {}),
      })),
    ],
  });
}

const KUBELET_LOGGING = {
  verbosity: KUBELET_VERBOSITY.v,
  vmodule: Object.entries(KUBELET_VERBOSITY.vmodule).map(([filePattern, verbosity]) => ({
    filePattern,
    verbosity,
  })),
};

function kubeletPatch(settings: Readonly<Record<string, unknown>>): string {
  return stringify({ kind: 'KubeletConfiguration', ...settings });
}

/** By the name that version 2 of containerd's configuration has for it, which is what kind's node images use. */
const RESTRICT_OOM_SCORE_ADJ = ['[plugins."io.containerd.grpc.v1.cri"]\n  restrict_oom_score_adj = true\n'];

function publish(port: number): unknown {
  return { containerPort: port, hostPort: port, listenAddress: '127.0.0.1', protocol: 'TCP' };
}

function range(ports: readonly number[]): string {
  return `${Math.min(...ports)}-${Math.max(...ports)}`;
}

function auditMounts(audit: NonNullable<KindConfigOptions['audit']>): unknown[] {
  return [
    { hostPath: audit.policyFile, containerPath: INSIDE.policy, readOnly: true },
    { hostPath: audit.logFolder, containerPath: INSIDE.logs },
  ];
}

function auditPatches(): unknown[] {
  return argumentPatches({
    'audit-policy-file': INSIDE.policy,
    'audit-log-path': `${INSIDE.logs}/${AUDIT_LOG}`,
    // One file from the first line to the last: it is read while it is written.
    'audit-log-maxsize': '2048',
  });
}

/**
 * Arguments of the API server. As JSON patches, for a merge patch would replace kind's own; for both versions of
 * kubeadm's configuration that kind writes: v1beta4 has a list of them, v1beta3 a map.
 */
function argumentPatches(args: Readonly<Record<string, string>>): unknown[] {
  const named = Object.entries(args);
  return [
    patch(
      'v1beta4',
      named.map(([name, value]) => ({ op: 'add', path: '/apiServer/extraArgs/-', value: { name, value } })),
    ),
    patch(
      'v1beta3',
      named.map(([name, value]) => ({ op: 'add', path: `/apiServer/extraArgs/${name}`, value })),
    ),
  ];
}

function volumePatches(): unknown[] {
  const volumes = [
    {
      name: 'drainbench-audit-policy',
      hostPath: INSIDE.policy,
      mountPath: INSIDE.policy,
      readOnly: true,
      pathType: 'File',
    },
    {
      name: 'drainbench-audit',
      hostPath: INSIDE.logs,
      mountPath: INSIDE.logs,
      pathType: 'DirectoryOrCreate',
    },
  ];
  return ['v1beta4', 'v1beta3'].map((version) =>
    patch(version, [{ op: 'add', path: '/apiServer/extraVolumes', value: volumes }]),
  );
}

function patch(version: string, operations: readonly unknown[]): unknown {
  return { group: 'kubeadm.k8s.io', version, kind: 'ClusterConfiguration', patch: stringify(operations) };
}
