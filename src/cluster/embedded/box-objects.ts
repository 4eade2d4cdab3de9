import { corednsReference } from '../../image/coredns-image.ts';
import type { NetworkPlan } from './network-plan.ts';

/** An object to create, with the REST path of its collection. */
export interface BoxObject {
  readonly path: string;
  readonly object: Readonly<Record<string, unknown>>;
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const SYSTEM = '/api/v1/namespaces/kube-system';

/**
 * The Node objects, made before their kubelets register, so that each node has the Pod range that its routes and its
 * CNI configuration already carry, whatever the order in which the kubelets come up.
 */
export function nodeObjects(network: NetworkPlan): BoxObject[] {
  return network.nodes.map((node, index) => ({
    path: '/api/v1/nodes',
    object: {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: node.name,
        labels: {
          'kubernetes.io/hostname': node.name,
          'kubernetes.io/os': 'linux',
          'topology.kubernetes.io/zone': `zone${index + 1}`,
        },
      },
      spec: { podCIDR: node.podCidr, podCIDRs: [node.podCidr] },
    },
  }));
}

/** What makes the bare control plane a usable cluster: kubelet access for the API server, storage, DNS. */
export function addonObjects(network: NetworkPlan): BoxObject[] {
  return [
    {
      path: `${RBAC}/clusterrolebindings`,
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'drainbench:kube-apiserver-kubelet-client' },
        roleRef: {
          apiGroup: 'rbac.authorization.k8s.io',
          kind: 'ClusterRole',
          name: 'system:kubelet-api-admin',
        },
        subjects: [
          { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'kube-apiserver-kubelet-client' },
        ],
      },
    },
    {
      path: '/apis/storage.k8s.io/v1/storageclasses',
      object: {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: {
          name: 'standard',
          annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
        },
        provisioner: 'kubernetes.io/host-path',
      },
    },
    ...dnsObjects(network.dnsService),
  ];
}

/** No `forward`: a box has no way out. The root server block answers NXDOMAIN to every other name at once. */
const COREFILE = `cluster.local:53 in-addr.arpa:53 ip6.arpa:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       ttl 5
    }
    prometheus :9153
    loadbalance
}
.:53 {
    errors
    health {
       lameduck 2s
    }
    ready
    template ANY ANY {
       rcode NXDOMAIN
    }
}
`;

function dnsObjects(clusterIP: string): BoxObject[] {
  const labels = { 'k8s-app': 'kube-dns' };
  return [
    {
      path: `${SYSTEM}/serviceaccounts`,
      object: {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'coredns', namespace: 'kube-system' },
      },
    },
    {
      path: `${RBAC}/clusterroles`,
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'system:coredns' },
        rules: [
          { apiGroups: [''], resources: ['services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
          { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
        ],
      },
    },
    {
      path: `${RBAC}/clusterrolebindings`,
      object: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'system:coredns' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:coredns' },
        subjects: [{ kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }],
      },
    },
    {
      path: `${SYSTEM}/configmaps`,
      object: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'coredns', namespace: 'kube-system' },
        data: { Corefile: COREFILE },
      },
    },
    {
      path: `${SYSTEM}/services`,
      object: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: 'kube-dns',
          namespace: 'kube-system',
          labels: {
            ...labels,
            'kubernetes.io/cluster-service': 'true',
            'kubernetes.io/name': 'CoreDNS',
          },
        },
        spec: {
          clusterIP,
          selector: labels,
          ports: [
            { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
            { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
            { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
          ],
        },
      },
    },
    {
      path: '/apis/apps/v1/namespaces/kube-system/deployments',
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'coredns', namespace: 'kube-system', labels },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: corednsPod() },
        },
      },
    },
  ];
}

function corednsPod(): Record<string, unknown> {
  return {
    priorityClassName: 'system-cluster-critical',
    serviceAccountName: 'coredns',
    dnsPolicy: 'Default',
    tolerations: [{ operator: 'Exists' }],
    containers: [
      {
        name: 'coredns',
        image: corednsReference,
        imagePullPolicy: 'IfNotPresent',
        args: ['-conf', '/etc/coredns/Corefile'],
        resources: { requests: { cpu: '50m', memory: '70Mi' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
        },
        ports: [
          { containerPort: 53, name: 'dns', protocol: 'UDP' },
          { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
          { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
        ],
        readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
        livenessProbe: { httpGet: { path: '/health', port: 8080 }, initialDelaySeconds: 60 },
        volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
      },
    ],
    volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
  };
}
