import type { ToolCatalog } from './tool-spec.ts';

const none = (): Readonly<Record<string, string>> => ({});

/**
 * Every program that drainbench builds for itself, in the order in which it is built. Versions are pinned in
 * tools/NAME/go.mod. Times were measured on two cores with an empty build cache.
 */
export const catalog = {
  pause: {
    kind: 'c',
    version: 'v3.10',
    binaries: { pause: 'pause/pause.c' },
    // No build id and no symbols: the same source gives the same image digest.
    flags: ['-Os', '-Wall', '-Wextra', '-Werror', '-static', '-s', '-Wl,--build-id=none'],
    needs: [{ kind: 'command', command: 'gcc', aptPackage: 'gcc libc6-dev' }],
    compileMs: 200,
    linkMs: 0,
  },
  'conntrack-events': {
    kind: 'c',
    version: 'v1',
    binaries: { 'conntrack-events': 'conntrack-events/conntrack-events.c' },
    flags: ['-Os', '-Wall', '-Wextra', '-Werror', '-static', '-s', '-Wl,--build-id=none'],
    needs: [{ kind: 'command', command: 'gcc', aptPackage: 'gcc libc6-dev' }],
    compileMs: 300,
    linkMs: 0,
  },
  cni: {
    kind: 'go',
    moduleDir: 'cni',
    module: 'github.com/containernetworking/plugins',
    binaries: {
      'host-local': 'github.com/containernetworking/plugins/plugins/ipam/host-local',
      loopback: 'github.com/containernetworking/plugins/plugins/main/loopback',
      portmap: 'github.com/containernetworking/plugins/plugins/meta/portmap',
      ptp: 'github.com/containernetworking/plugins/plugins/main/ptp',
    },
    cgo: false,
    tags: [],
    stamp: (version: string) => ({
      'github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion': version,
    }),
    needs: [],
    // The first in the row compiles Go's standard library for all.
    compileMs: 12_000,
    linkMs: 1_000,
  },
  runc: {
    kind: 'go',
    moduleDir: 'runc',
    module: 'github.com/opencontainers/runc',
    binaries: { runc: 'github.com/opencontainers/runc' },
    cgo: true,
    // Without it no sandbox starts: "config provided but seccomp not supported".
    tags: ['seccomp'],
    stamp: none,
    needs: [
      { kind: 'command', command: 'gcc', aptPackage: 'gcc libc6-dev' },
      { kind: 'command', command: 'pkg-config', aptPackage: 'pkg-config' },
      { kind: 'library', pkgConfigName: 'libseccomp', aptPackage: 'libseccomp-dev' },
    ],
    compileMs: 11_000,
    linkMs: 1_000,
  },
  etcd: {
    kind: 'go',
    moduleDir: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    binaries: { etcd: 'go.etcd.io/etcd/server/v3' },
    cgo: false,
    tags: [],
    stamp: none,
    needs: [],
    compileMs: 45_000,
    linkMs: 2_000,
  },
  containerd: {
    kind: 'go',
    moduleDir: 'containerd',
    module: 'github.com/containerd/containerd/v2',
    binaries: {
      containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
      'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      ctr: 'github.com/containerd/containerd/v2/cmd/ctr',
    },
    cgo: false,
    tags: [],
    stamp: (version: string) => ({ 'github.com/containerd/containerd/v2/version.Version': version }),
    needs: [],
    compileMs: 95_000,
    linkMs: 3_000,
  },
  coredns: {
    kind: 'go',
    moduleDir: 'coredns',
    module: 'github.com/coredns/coredns',
    binaries: { coredns: 'github.com/coredns/coredns' },
    cgo: false,
    tags: [],
    stamp: none,
    needs: [],
    compileMs: 95_000,
    linkMs: 4_000,
  },
  kubernetes: {
    kind: 'go',
    moduleDir: 'kubernetes',
    module: 'k8s.io/kubernetes',
    binaries: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-proxy': 'k8s.io/kubernetes/cmd/kube-proxy',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
      kubelet: 'k8s.io/kubernetes/cmd/kubelet',
      kubectl: 'k8s.io/kubernetes/cmd/kubectl',
    },
    cgo: false,
    tags: [],
    stamp: kubernetesVersion,
    needs: [],
    compileMs: 430_000,
    linkMs: 22_000,
  },
  // Of the same module, but an entry of its own: only the node image of kind needs it.
  kubeadm: {
    kind: 'go',
    moduleDir: 'kubernetes',
    module: 'k8s.io/kubernetes',
    binaries: { kubeadm: 'k8s.io/kubernetes/cmd/kubeadm' },
    cgo: false,
    tags: [],
    stamp: kubernetesVersion,
    needs: [],
    compileMs: 90_000,
    linkMs: 4_000,
  },
  crictl: {
    kind: 'go',
    moduleDir: 'crictl',
    module: 'sigs.k8s.io/cri-tools',
    binaries: { crictl: 'sigs.k8s.io/cri-tools/cmd/crictl' },
    cgo: false,
    tags: [],
    stamp: (version: string) => ({ 'sigs.k8s.io/cri-tools/pkg/version.Version': version }),
    needs: [],
    compileMs: 60_000,
    linkMs: 3_000,
  },
  kindnet: {
    kind: 'go',
    moduleDir: 'kindnet',
    module: 'drainbench.dev/tools/kindnet',
    own: { version: 'v1', files: ['main.go'] },
    binaries: { kindnet: 'drainbench.dev/tools/kindnet' },
    cgo: false,
    tags: [],
    stamp: none,
    needs: [],
    compileMs: 5_000,
    linkMs: 1_000,
  },
  k6: {
    kind: 'go',
    moduleDir: 'k6',
    module: 'go.k6.io/k6',
    binaries: { k6: 'go.k6.io/k6' },
    cgo: false,
    tags: [],
    stamp: none,
    needs: [],
    compileMs: 45_000,
    linkMs: 2_000,
  },
  crane: {
    kind: 'go',
    moduleDir: 'crane',
    module: 'github.com/google/go-containerregistry',
    binaries: { crane: 'github.com/google/go-containerregistry/cmd/crane' },
    cgo: false,
    tags: [],
    stamp: (version: string) => ({ 'github.com/google/go-containerregistry/cmd/crane/cmd.Version': version }),
    needs: [],
    compileMs: 15_000,
    linkMs: 1_000,
  },
  kind: {
    kind: 'go',
    moduleDir: 'kind',
    module: 'sigs.k8s.io/kind',
    binaries: { kind: 'sigs.k8s.io/kind' },
    cgo: false,
    tags: [],
    stamp: none,
    needs: [],
    compileMs: 3_000,
    linkMs: 1_000,
  },
} as const satisfies ToolCatalog;

/**
 * Two packages hold a version: component-base's is what `--version` and node status report, client-go's is in
 * every User-Agent and so in the audit log. The commit is not known from a module: empty reads "unknown".
 */
function kubernetesVersion(version: string): Readonly<Record<string, string>> {
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  const fields = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: '',
  };
  return Object.fromEntries(
    ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((pkg) =>
      Object.entries(fields).map(([field, value]) => [`${pkg}.${field}`, value]),
    ),
  );
}
