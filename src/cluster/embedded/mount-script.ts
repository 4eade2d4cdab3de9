import { INSIDE } from './box-paths.ts';

/**
 * Sysctls that the kubelet sets to these values at start and that belong to the whole machine. Inside the box each is
 * covered by a plain file that already holds the value: the kubelet is content, and the host's stay as they are.
 */
const SHIELDED_SYSCTLS: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/**
 * The shell script that gives a box its own view of the file system, run inside its mount and PID namespaces. Nothing
 * that the components write by a fixed path (/run, /tmp, /var/lib, /var/log) reaches the host's folders.
 * `tools` maps a tool's name to the host folder with its binaries.
 */
export function mountScript(boxRoot: string, tools: Readonly<Record<string, string>>): string {
  const stage = `${boxRoot}/stage`;
  return [
    'set -eu',
    `mkdir -p '${stage}' '${boxRoot}/tmp' '${boxRoot}/var-log'`,
    `chmod 1777 '${boxRoot}/tmp'`,
    `mount -t tmpfs -o mode=755 drainbench '${stage}'`,
    `mkdir -p '${stage}/box' '${stage}/lock' '${stage}/sysctl'`,
    `mount --bind '${boxRoot}' '${stage}/box'`,
    ...Object.entries(tools).flatMap(([name, directory]) => [
      `mkdir -p '${stage}/tools/${name}'`,
      `mount --bind '${directory}' '${stage}/tools/${name}'`,
    ]),
    `mount --rbind '${stage}' /run`,
    'mount --bind /run/box/tmp /tmp',
    'mount --bind /run/box/var-log /var/log',
    'mount -t tmpfs -o mode=755 drainbench /var/lib',
    // The kubelet watches this fixed path whatever its root folder is.
    'mkdir -p /var/lib/kubelet /var/lib/cni',
    ...Object.entries(SHIELDED_SYSCTLS).flatMap(([key, value], index) => [
      `[ ! -e /proc/sys/${key} ] || { echo ${value} > /run/sysctl/${index}; mount --bind /run/sysctl/${index} /proc/sys/${key}; }`,
    ]),
    'mount --make-rshared /',
    `[ -d ${INSIDE.pki} ] || mkdir -m 700 ${INSIDE.pki}`,
  ].join('\n');
}
