import { INSIDE } from '../box-paths.ts';
import type { NetworkPlan } from '../network-plan.ts';
import { auditPolicy } from './audit-policy.ts';
import { flags, type ComponentSpec } from './component.ts';

/** The API server: TLS only, no anonymous access, Node authorizer and RBAC, audit log on. */
export function kubeApiserver(network: NetworkPlan): ComponentSpec {
  const { pki, root, tools } = INSIDE;
  return {
    name: 'kube-apiserver',
    node: null,
    files: [{ path: 'audit-policy.yaml', content: auditPolicy() }],
    command: [
      `${tools}/kubernetes/kube-apiserver`,
      ...flags({
        'bind-address': network.controlPlane,
        'advertise-address': network.controlPlane,
        'secure-port': 6443,
        'anonymous-auth': false,
        'allow-privileged': true,
        'authorization-mode': 'Node,RBAC',
        'enable-admission-plugins': 'NodeRestriction',
        'service-cluster-ip-range': network.serviceCidr,
        'client-ca-file': `${pki}/ca.crt`,
        'tls-cert-file': `${pki}/apiserver.crt`,
        'tls-private-key-file': `${pki}/apiserver.key`,
        'etcd-servers': 'https://127.0.0.1:2379',
        'etcd-cafile': `${pki}/etcd-ca.crt`,
        'etcd-certfile': `${pki}/apiserver-etcd-client.crt`,
        'etcd-keyfile': `${pki}/apiserver-etcd-client.key`,
        'service-account-key-file': `${pki}/service-account.pub`,
        'service-account-signing-key-file': `${pki}/service-account.key`,
        'service-account-issuer': 'https://kubernetes.default.svc.cluster.local',
        'kubelet-certificate-authority': `${pki}/ca.crt`,
        'kubelet-client-certificate': `${pki}/apiserver-kubelet-client.crt`,
        'kubelet-client-key': `${pki}/apiserver-kubelet-client.key`,
        // Node names resolve nowhere on the host.
        'kubelet-preferred-address-types': 'InternalIP,Hostname',
        'requestheader-client-ca-file': `${pki}/front-proxy-ca.crt`,
        'requestheader-allowed-names': 'front-proxy-client',
        'requestheader-username-headers': 'X-Remote-User',
        'requestheader-group-headers': 'X-Remote-Group',
        'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
        'proxy-client-cert-file': `${pki}/front-proxy-client.crt`,
        'proxy-client-key-file': `${pki}/front-proxy-client.key`,
        'enable-aggregator-routing': true,
        'audit-policy-file': `${root}/audit-policy.yaml`,
        'audit-log-path': `${root}/logs/audit.log`,
        'audit-log-maxsize': 512,
        'audit-log-maxbackup': 2,
        profiling: false,
      }),
    ],
  };
}
