import { stringify } from 'yaml';

import { INSIDE } from '../box-paths.ts';
import type { ProxyMode } from '../box-record.ts';
import type { NetworkPlan, NodeNetwork } from '../network-plan.ts';
import { flags, type ComponentSpec } from './component.ts';
import { kubeconfig } from './kubeconfig.ts';

/** A node's service proxy with upstream's own timing defaults: they are part of what is measured. */
export function kubeProxy(
  network: NetworkPlan,
  node: NodeNetwork,
  boxName: string,
  mode: ProxyMode,
): ComponentSpec {
  const home = INSIDE.node(node.name);
  return {
    name: `kube-proxy-${node.name}`,
    node: node.name,
    files: [
      {
        path: `${node.name}/kube-proxy.conf`,
        content: kubeconfig(network, boxName, { certificateName: `kube-proxy-${node.name}` }),
      },
      {
        path: `${node.name}/kube-proxy.yaml`,
        content: stringify({
          apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
          kind: 'KubeProxyConfiguration',
          mode,
          clusterCIDR: network.podCidr,
          clientConnection: { kubeconfig: `${home}/kube-proxy.conf` },
          hostnameOverride: node.name,
          metricsBindAddress: '127.0.0.1:10249',
          // These sysctls can only be written in the host's first network namespace.
          conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
        }),
      },
    ],
    command: [`${INSIDE.tools}/kubernetes/kube-proxy`, ...flags({ config: `${home}/kube-proxy.yaml`, v: 2 })],
  };
}
