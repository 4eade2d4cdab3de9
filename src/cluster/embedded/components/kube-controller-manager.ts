import { INSIDE } from '../box-paths.ts';
import type { NetworkPlan } from '../network-plan.ts';
import { flags, type ComponentSpec } from './component.ts';
import { kubeconfig } from './kubeconfig.ts';

/** All of upstream's controllers. Pod ranges are set by us on the Node objects, so it allocates none. */
export function kubeControllerManager(network: NetworkPlan, boxName: string): ComponentSpec {
  const { pki, root, tools } = INSIDE;
  const config = 'kube-controller-manager.conf';
  return {
    name: 'kube-controller-manager',
    node: null,
    files: [
      {
        path: config,
        content: kubeconfig(network, boxName, { certificateName: 'kube-controller-manager' }),
      },
    ],
    command: [
      `${tools}/kubernetes/kube-controller-manager`,
      ...flags({
        kubeconfig: `${root}/${config}`,
        'authentication-kubeconfig': `${root}/${config}`,
        'authorization-kubeconfig': `${root}/${config}`,
        'bind-address': '127.0.0.1',
        'tls-cert-file': `${pki}/kube-controller-manager.crt`,
        'tls-private-key-file': `${pki}/kube-controller-manager.key`,
        'client-ca-file': `${pki}/ca.crt`,
        'leader-elect': false,
        'use-service-account-credentials': true,
        'service-account-private-key-file': `${pki}/service-account.key`,
        'root-ca-file': `${pki}/ca.crt`,
        'cluster-signing-cert-file': `${pki}/ca.crt`,
        'cluster-signing-key-file': `${pki}/ca.key`,
        'allocate-node-cidrs': false,
        'service-cluster-ip-range': network.serviceCidr,
        'enable-hostpath-provisioner': true,
        // The default of 20/s makes the start of 40 controllers, a token each, take five seconds.
        'kube-api-qps': 300,
        'kube-api-burst': 600,
        profiling: false,
      }),
    ],
  };
}
