import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DrainbenchError } from '../../../model/drainbench-error.ts';
import { runStep } from './run-step.ts';

/** The newest Debian whose systemd still boots on cgroup v1 as well as on v2. */
export const DEBIAN_SUITE = 'bookworm';

/** What kind's own base image installs, without what only rootless nodes and network storage need; ipset is kube-proxy's. */
export const DEBIAN_PACKAGES = [
  ...['systemd', 'systemd-sysv', 'bash', 'ca-certificates', 'curl', 'jq', 'procps', 'hostname', 'pigz'],
  ...['conntrack', 'iptables', 'nftables', 'ipset', 'iproute2', 'ethtool'],
  ...['util-linux', 'mount', 'kmod', 'e2fsprogs', 'libseccomp2'],
];

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Throws `node-image-needs-missing`, before anything is built, with the one command that installs what is missing. */
export function requireDebootstrap(): void {
  const missing = [
    ...(existsSync('/usr/sbin/debootstrap') ? [] : ['debootstrap']),
    ...(existsSync(KEYRING) ? [] : ['debian-archive-keyring']),
  ];
  if (missing.length === 0) return;
  throw new DrainbenchError({
    code: 'node-image-needs-missing',
    message: 'the node image is made from Debian packages, and what fetches them is not installed',
    expected: 'debootstrap and the keys of the Debian archive',
    found: `missing: ${missing.join(', ')}`,
    fix: `apt-get install -y ${missing.join(' ')}`,
  });
}

/** Makes a small Debian in `root` from its signed packages. In namespaces of its own: killed, it leaves no mount. */
export async function makeDebianRoot(
  root: string,
  mirror: string | null,
  signal: AbortSignal,
): Promise<void> {
  await runStep(
    'debootstrap',
    [
      ...(['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--'] as const),
      '/usr/sbin/debootstrap',
      ...['--variant=minbase', `--keyring=${KEYRING}`, `--include=${DEBIAN_PACKAGES.join(',')}`],
      ...[DEBIAN_SUITE, root, ...(mirror === null ? [] : [mirror])],
    ],
    { signal, env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' } },
  );
  for (const folder of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'var/log'])
    await runStep(`emptying /${folder}`, ['find', join(root, folder), '-mindepth', '1', '-delete'], {
      signal,
    });
  await rm(join(root, 'usr/share/locale'), { recursive: true, force: true });
}
