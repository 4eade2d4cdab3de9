import { INSIDE } from '../box-paths.ts';
import type { NetworkPlan } from '../network-plan.ts';
import { flags, type ComponentSpec } from './component.ts';
import { kubeconfig } from './kubeconfig.ts';

export function kubeScheduler(network: NetworkPlan, boxName: string): ComponentSpec {
  const { pki, root, tools } = INSIDE;
  const config = 'kube-scheduler.conf';
  return {
    name: 'kube-scheduler',
    node: null,
    files: [{ path: config, content: kubeconfig(network, boxName, { certificateName: 'kube-scheduler' }) }],
    command: [
      `${tools}/kubernetes/kube-scheduler`,
      ...flags({
        kubeconfig: `${root}/${config}`,
        'authentication-kubeconfig': `${root}/${config}`,
        'authorization-kubeconfig': `${root}/${config}`,
        'bind-address': '127.0.0.1',
        'tls-cert-file': `${pki}/kube-scheduler.crt`,
        'tls-private-key-file': `${pki}/kube-scheduler.key`,
        'client-ca-file': `${pki}/ca.crt`,
        'leader-elect': false,
        profiling: false,
      }),
    ],
  };
}
