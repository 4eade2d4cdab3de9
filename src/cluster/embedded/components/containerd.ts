import { pauseReference } from '../../../image/pause-image.ts';
import { INSIDE } from '../box-paths.ts';
import type { NodeNetwork } from '../network-plan.ts';
import type { ComponentSpec } from './component.ts';

/**
 * A node's container runtime and its CNI configuration. `restrictOomScore` is for hosts without CAP_SYS_RESOURCE,
 * where no container can get a lower oom_score_adj than its parent has.
 */
export function containerd(node: NodeNetwork, restrictOomScore: boolean): ComponentSpec {
  const home = INSIDE.node(node.name);
  const { tools } = INSIDE;
  return {
    name: `containerd-${node.name}`,
    node: node.name,
    command: [`${tools}/containerd/containerd`, '--config', `${home}/containerd.toml`],
    // Shims and runc are found on PATH.
    env: { PATH: `${tools}/containerd:${tools}/runc:/usr/sbin:/usr/bin:/sbin:/bin` },
    files: [
      { path: `${node.name}/containerd.toml`, content: config(home, restrictOomScore) },
      { path: `${node.name}/cni/10-ptp.conflist`, content: cni(home, node) },
    ],
  };
}

function config(home: string, restrictOomScore: boolean): string {
  const { tools } = INSIDE;
  return `version = 3
root = "${home}/containerd"
state = "/run/containerd-${home.split('/').at(-1) ?? ''}"
[grpc]
  address = "${home}/containerd.sock"
[ttrpc]
  address = "${home}/containerd.sock.ttrpc"
# Its socket has one fixed path, at which the nodes of a box would meet.
[plugins."io.containerd.nri.v1.nri"]
  disable = true
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "overlayfs"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "${pauseReference}"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = ${restrictOomScore}
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["${tools}/cni"]
    conf_dir = "${home}/cni"
  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
        BinaryName = "${tools}/runc/runc"
        SystemdCgroup = false
`;
}

/** ptp rather than bridge: with a bridge, replies between Pods of one node bypass conntrack. */
function cni(home: string, node: NodeNetwork): string {
  return JSON.stringify({
    cniVersion: '1.0.0',
    name: 'drainbench',
    plugins: [
      {
        type: 'ptp',
        ipMasq: false,
        mtu: 1500,
        ipam: {
          type: 'host-local',
          dataDir: `${home}/ipam`,
          ranges: [[{ subnet: node.podCidr }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}
