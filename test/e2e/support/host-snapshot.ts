import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { execa } from 'execa';

/** Everything of the host that a cluster could leave changed. Plain text, so that a difference reads well. */
export interface HostSnapshot {
  readonly mounts: readonly string[];
  readonly networkNamespaces: readonly string[];
  readonly links: readonly string[];
  readonly routes: readonly string[];
  readonly sysctls: readonly string[];
  readonly firewall: readonly string[];
  readonly cgroups: readonly string[];
  /** Processes in another PID namespace than ours, or in one of our cgroups. */
  readonly boxedProcesses: readonly string[];
}

const SYSCTLS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/keys/root_maxkeys',
  'kernel/keys/root_maxbytes',
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/rp_filter',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/ip_local_port_range',
];

export async function snapshotHost(): Promise<HostSnapshot> {
  const lines = async (command: string, ...args: string[]) => {
    const { stdout } = await execa(command, args, { reject: false });
    return stdout.split('\n').filter((line) => line !== '');
  };
  return {
    mounts: readFileSync('/proc/mounts', 'utf8').split('\n').sort(),
    networkNamespaces: namespaces('net'),
    links: (await lines('ip', '-o', 'link')).map((line) => line.split(':')[1] ?? '').sort(),
    routes: await lines('ip', 'route', 'show', 'table', 'all'),
    sysctls: SYSCTLS.map((key) => `${key}=${readOrEmpty(`/proc/sys/${key}`)}`),
    firewall: await lines('nft', 'list', 'ruleset'),
    cgroups: await lines('find', '/sys/fs/cgroup', '-type', 'd', '-path', '*drainbench*'),
    boxedProcesses: boxedProcesses(),
  };
}

function processIds(): string[] {
  return readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
}

function namespaces(kind: string): string[] {
  return [...new Set(processIds().map((pid) => namespaceOf(pid, kind)))].filter((name) => name !== '').sort();
}

function boxedProcesses(): string[] {
  const own = namespaceOf('self', 'pid');
  return processIds()
    .filter((pid) => !/\) Z /.test(readOrEmpty(`/proc/${pid}/stat`))) // holds nothing any more, its parent is about to reap it
    .filter((pid) => {
      const pidNamespace = namespaceOf(pid, 'pid');
      return (
        (pidNamespace !== '' && pidNamespace !== own) ||
        readOrEmpty(`/proc/${pid}/cgroup`).includes('/drainbench/')
      );
    })
    .map((pid) => `${pid} ${readOrEmpty(`/proc/${pid}/comm`)}`);
}

function namespaceOf(pid: string, kind: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return ''; // gone meanwhile
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
