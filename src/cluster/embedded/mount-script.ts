import { shellWord } from '../../model/shell-word.ts';
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
  const below = (path: string) => shellWord(`${boxRoot}/${path}`);
  const staged = (path: string) => shellWord(`${stage}/${path}`);
  return [
    'set -eu',
    `mkdir -p ${below('stage')} ${below('tmp')} ${below('var-log')}`,
    `chmod 1777 ${below('tmp')}`,
    `mount -t tmpfs -o mode=755 drainbench ${below('stage')}`,
    `mkdir -p ${staged('box')} ${staged('lock')} ${staged('sysctl')}`,
    `mount --bind ${shellWord(boxRoot)} ${staged('box')}`,
    ...Object.entries(tools).flatMap(([name, directory]) => [
      `mkdir -p ${staged(`tools/${name}`)}`,
      `mount --bind ${shellWord(directory)} ${staged(`tools/${name}`)}`,
    ]),
    `mount --rbind ${below('stage')} /run`,
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
