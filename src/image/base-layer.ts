import { realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { LayerEntry } from './layer-entry.ts';
import { sharedLibraries } from './shared-libraries.ts';

/** What an exec hook or a person with `kubectl exec` needs; the shell's own `kill` and `echo` are there besides. */
const commands = ['sh', 'sleep', 'cat', 'ls', 'date', 'env'];

/**
 * The lowest layer of every image that drainbench assembles: the host's `sh` and a few small commands, further programs
 * by where they go, what all of those load, and the files that a C library looks for.
 *
 * @param programs path in the image → file of this host
 * @throws DrainbenchError `node-image-needs-linux`, `command-missing`
 */
export async function baseLayer(programs: ReadonlyMap<string, string>): Promise<readonly LayerEntry[]> {
  requireLinux();
  const all = new Map(programs);
  for (const command of commands) all.set(`/bin/${command}`, await findCommand(command));
  const libraries = new Set<string>();
  for (const program of all.values()) {
    for (const library of await sharedLibraries(program)) libraries.add(library);
  }
  for (const library of await nameServiceLibraries(libraries)) libraries.add(library);
  return [
    ...[...all].map(([path, source]) => ({ kind: 'file' as const, path, source })),
    ...[...libraries].map((library) => ({ kind: 'file' as const, path: library, source: library })),
    { kind: 'folder', path: '/tmp', mode: 0o1777 },
    { kind: 'folder', path: '/etc/ssl/certs' },
    { kind: 'text', path: '/etc/passwd', text: passwd },
    { kind: 'text', path: '/etc/group', text: 'root:x:0:\napp:x:1000:\nnogroup:x:65534:\n' },
    // Without it older C libraries ask DNS before /etc/hosts.
    { kind: 'text', path: '/etc/nsswitch.conf', text: 'hosts: files dns\n' },
  ];
}

const passwd = [
  'root:x:0:0:root:/root:/bin/sh',
  'app:x:1000:1000:app:/app:/bin/sh',
  'nobody:x:65534:65534:nobody:/:/bin/sh',
  '',
].join('\n');

async function findCommand(command: string): Promise<string> {
  for (const folder of ['/bin', '/usr/bin']) {
    const path = await realpath(join(folder, command)).catch(() => undefined);
    if (path !== undefined) return path;
  }
  throw new DrainbenchError({
    code: 'command-missing',
    message: `An image takes the command ${command} from this host, which does not have it.`,
    expected: `/bin/${command} or /usr/bin/${command}`,
    found: 'neither',
    fix: 'apt-get install -y dash coreutils',
  });
}

/** C libraries before 2.34 load these at run time, so that ldd does not name them. */
async function nameServiceLibraries(libraries: ReadonlySet<string>): Promise<readonly string[]> {
  const libc = [...libraries].find((library) => library.endsWith('/libc.so.6'));
  if (libc === undefined) return [];
  const candidates = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'].map((name) =>
    join(dirname(libc), name),
  );
  const found = await Promise.all(candidates.map(async (path) => ((await exists(path)) ? [path] : [])));
  return found.flat();
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

function requireLinux(): void {
  if (process.platform === 'linux') return;
  throw new DrainbenchError({
    code: 'node-image-needs-linux',
    message: 'The image is made from programs of this host, which must be Linux.',
    expected: 'linux',
    found: process.platform,
    fix: 'name an image of your own in the scenario, or run drainbench in a Linux machine',
  });
}
