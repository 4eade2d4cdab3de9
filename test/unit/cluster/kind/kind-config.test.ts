import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { kindConfig, type KindConfigOptions } from '../../../../src/cluster/kind/kind-config.ts';

const USUAL: KindConfigOptions = {
  nodeCount: 2,
  proxyMode: 'nftables',
  mark: 'a-mark',
  podSubnet: null,
  serviceSubnet: null,
  cgroupV1: false,
  restrictOomScoreAdj: false,
  audit: null,
  publishedNodePorts: [],
};

interface Config {
  readonly networking: Readonly<Record<string, unknown>>;
  readonly nodes: readonly { role: string; extraMounts?: unknown; extraPortMappings?: unknown[] }[];
  readonly kubeadmConfigPatches?: readonly string[];
  readonly containerdConfigPatches?: readonly string[];
  readonly kubeadmConfigPatchesJSON6902: readonly { version: string; patch: string }[];
}

const config = (options: Partial<KindConfigOptions> = {}) =>
  parse(kindConfig({ ...USUAL, ...options })) as Config;
const roles = ({ nodes }: Config) => nodes.map(({ role }) => role);

describe('the configuration of a kind cluster', () => {
  it('has a control plane besides the nodes that run Pods, and one node for all where one is asked for', () => {
    expect(roles(config())).toEqual(['control-plane', 'worker', 'worker']);
    expect(roles(config({ nodeCount: 1 }))).toEqual(['control-plane']);
  });

  it('marks every node as ours, at a place that needs no file of this host', () => {
    for (const nodeCount of [1, 2])
      for (const { extraMounts } of config({ nodeCount }).nodes)
        expect(extraMounts).toContainEqual({
          hostPath: '/dev/null',
          containerPath: '/kind/drainbench-a-mark',
          readOnly: true,
        });
  });

  it("leaves kind's own address ranges alone, unless others are asked for", () => {
    expect(config().networking).toEqual({ apiServerAddress: '127.0.0.1', kubeProxyMode: 'nftables' });
    const { networking } = config({ podSubnet: '198.19.128.0/17', serviceSubnet: '198.18.224.0/19' });
    expect(networking).toMatchObject({ podSubnet: '198.19.128.0/17', serviceSubnet: '198.18.224.0/19' });
  });

  it('patches only what the machine needs', () => {
    expect(config().kubeadmConfigPatches?.join('')).not.toContain('failCgroupV1');
    expect(config()).not.toHaveProperty('containerdConfigPatches');
    expect(config({ cgroupV1: true }).kubeadmConfigPatches?.join('')).toContain('failCgroupV1: false');
    expect(config({ restrictOomScoreAdj: true }).containerdConfigPatches?.join('')).toContain(
      'restrict_oom_score_adj = true',
    );
  });

  it('makes every kubelet tell of hooks and probes', () => {
    const [patch = ''] = config().kubeadmConfigPatches ?? [];
    expect(parse(patch)).toMatchObject({
      kind: 'KubeletConfiguration',
      logging: { verbosity: 2, vmodule: [{ filePattern: 'kubelet', verbosity: 4 }, {}, {}] },
    });
  });

  it('mounts policy and log on the control plane, and tells the API server in both of kubeadm’s dialects', () => {
    const { nodes, kubeadmConfigPatchesJSON6902: patches } = config({
      audit: { policyFile: '/state/policy.yaml', logFolder: '/state/audit' },
    });
    expect(nodes[0]?.extraMounts).toMatchObject([
      {},
      { hostPath: '/state/policy.yaml', readOnly: true },
      { hostPath: '/state/audit' },
    ]);
    const of = (version: string) =>
      patches.filter((patch) => patch.version === version).flatMap(({ patch }) => parse(patch) as unknown[]);
    expect(of('v1beta4')).toContainEqual({
      op: 'add',
      path: '/apiServer/extraArgs/-',
      value: { name: 'audit-log-path', value: '/var/log/drainbench-audit/audit.log' },
    });
    expect(of('v1beta3')).toContainEqual({
      op: 'add',
      path: '/apiServer/extraArgs/audit-log-path',
      value: '/var/log/drainbench-audit/audit.log',
    });
    expect(of('v1beta4').map((operation) => (operation as { path: string }).path)).toContain(
      '/apiServer/extraVolumes',
    );
  });

  it('publishes NodePorts on loopback, of one node that runs Pods, and lets no Service have another', () => {
    const { nodes, kubeadmConfigPatchesJSON6902: patches } = config({ publishedNodePorts: [30080, 30081] });
    expect(nodes[0]?.extraPortMappings).toBeUndefined();
    expect(nodes[1]?.extraPortMappings).toEqual([
      { containerPort: 30080, hostPort: 30080, listenAddress: '127.0.0.1', protocol: 'TCP' },
      { containerPort: 30081, hostPort: 30081, listenAddress: '127.0.0.1', protocol: 'TCP' },
    ]);
    expect(nodes[2]?.extraPortMappings).toBeUndefined();
    expect(patches[0]?.patch).toContain('service-node-port-range');
    expect(patches[0]?.patch).toContain('30080-30081');
  });
});
