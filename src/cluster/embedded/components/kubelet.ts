import { stringify } from 'yaml';

import { KUBELET_VERBOSITY } from '../../kubelet-verbosity.ts';
import { cgroupPath } from '../cgroups.ts';
import { INSIDE } from '../box-paths.ts';
import type { NetworkPlan, NodeNetwork } from '../network-plan.ts';
import { flags, type ComponentSpec } from './component.ts';
import { kubeconfig } from './kubeconfig.ts';

/** A node's kubelet: webhook authorization, certificates of its own, everything it writes below the node's folder. */
export function kubelet(
  network: NetworkPlan,
  node: NodeNetwork,
  box: { name: string; id: string },
): ComponentSpec {
  const home = INSIDE.node(node.name);
  const { tools } = INSIDE;
  return {
    name: `kubelet-${node.name}`,
    node: node.name,
    files: [
      { path: `${node.name}/kubelet.yaml`, content: config(network, node, box.id) },
      {
        path: `${node.name}/kubelet.conf`,
        content: kubeconfig(network, box.name, { certificateName: `kubelet-${node.name}` }),
      },
      // Pods with dnsPolicy Default must not get the host's resolvers, which cannot be reached from a box.
      { path: `${node.name}/resolv.conf`, content: '' },
    ],
    command: [
      `${tools}/kubernetes/kubelet`,
      ...flags({
        config: `${home}/kubelet.yaml`,
        kubeconfig: `${home}/kubelet.conf`,
        'root-dir': `${home}/kubelet`,
        'hostname-override': node.name,
        'node-ip': node.address,
        v: KUBELET_VERBOSITY.v,
        vmodule: Object.entries(KUBELET_VERBOSITY.vmodule)
          .map(([file, verbosity]) => `${file}=${verbosity}`)
          .join(','),
      }),
    ],
    // Its log has wall-clock times without a zone.
    env: { TZ: 'UTC' },
  };
}

function config(network: NetworkPlan, node: NodeNetwork, boxId: string): string {
  const home = INSIDE.node(node.name);
  return stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${INSIDE.pki}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: `${INSIDE.pki}/kubelet-${node.name}.crt`,
    tlsPrivateKeyFile: `${INSIDE.pki}/kubelet-${node.name}.key`,
    address: node.address,
    healthzPort: 0,
    clusterDNS: [network.dnsService],
    clusterDomain: 'cluster.local',
    resolvConf: `${home}/resolv.conf`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroupPath(boxId, node.name),
    failCgroupV1: false,
    failSwapOn: false,
    containerRuntimeEndpoint: `unix://${INSIDE.containerdSocket(node.name)}`,
    podLogsDir: `${home}/pods`,
    staticPodPath: `${home}/manifests`,
    volumePluginDir: `${home}/plugins`,
    serializeImagePulls: false,
    // With it, an image that was put on the node by hand would be pulled again once a pull has failed.
    imagePullCredentialsVerificationPolicy: 'NeverVerify',
    // What a container writes in between lies on the user's disk, however large the file is to be.
    containerLogMonitorInterval: '3s',
    containerLogMaxFiles: 2,
    nodeStatusUpdateFrequency: '1s',
    localStorageCapacityIsolation: true,
    // A box lives on the user's own disk: no image of a test is to be evicted because that disk is nearly full.
    imageGCHighThresholdPercent: 100,
    evictionHard: { 'nodefs.available': '0%', 'imagefs.available': '0%', 'nodefs.inodesFree': '0%' },
  });
}
