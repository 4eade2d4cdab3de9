import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { cachedImage, type ImageCacheOptions } from './cached-image.ts';
import type { LayerEntry } from './layer-entry.ts';
import { ociArchitecture } from './oci-architecture.ts';
import type { OciImageConfig } from './plan-oci-image.ts';
import { sharedLibraries } from './shared-libraries.ts';
import type { ImageFile } from './write-oci-image.ts';

export interface NodeAppInput {
  /** Full name with tag, e.g. `docker.io/drainbench/http:1`. */
  readonly reference: string;
  /** Folder on the host that becomes /app. */
  readonly appDir: string;
  /** `entrypoint` e.g. `['node', '/app/main.js']`; runs in /app as root unless `user` says otherwise. */
  readonly config: OciImageConfig;
}

/**
 * The image of a Node app, without a registry: the Node that runs this very process, the host's `sh` and a few
 * small commands for exec hooks, and what those load. Two layers: apps differ only in the upper one.
 */
export async function nodeAppImage(input: NodeAppInput, options: ImageCacheOptions): Promise<ImageFile> {
  requireLinux();
  const name = posix.basename(input.reference).replaceAll(/[^\w.-]/g, '-');
  return await cachedImage(
    name,
    {
      reference: input.reference,
      layers: [await baseLayer(), await appLayer(input.appDir)],
      config: { workingDir: '/app', ...input.config },
      architecture: ociArchitecture(process.arch),
    },
    options,
  );
}

function requireLinux(): void {
  if (process.platform === 'linux') return;
  throw new DrainbenchError({
    code: 'node-image-needs-linux',
    message: 'The image of a Node app is made from the programs of this host, which must be Linux.',
    expected: 'linux',
    found: process.platform,
    fix: 'name an image of your own in the scenario, or run drainbench in a Linux machine',
  });
}

/** What an exec hook or a person with `kubectl exec` needs; the shell's own `kill` and `echo` are there besides. */
const commands = ['sh', 'sleep', 'cat', 'ls', 'date', 'env'];

async function baseLayer(): Promise<readonly LayerEntry[]> {
  const programs = new Map([['/usr/local/bin/node', process.execPath]]);
  for (const command of commands) programs.set(`/bin/${command}`, await findCommand(command));
  const libraries = new Set<string>();
  for (const program of programs.values()) {
    for (const library of await sharedLibraries(program)) libraries.add(library);
  }
  for (const library of await nameServiceLibraries(libraries)) libraries.add(library);
  return [
    ...[...programs].map(([path, source]) => ({ kind: 'file' as const, path, source })),
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
    message: `The image of a Node app takes the command ${command} from this host, which does not have it.`,
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

async function appLayer(appDir: string): Promise<readonly LayerEntry[]> {
  const names = await readdir(appDir, { recursive: true }).catch((cause: unknown) =>
    refuseAppDir(appDir, cause),
  );
  const entries = await Promise.all(
    names.map(async (name): Promise<LayerEntry> => {
      const source = join(appDir, name);
      const path = posix.join('/app', name);
      const found = await lstat(source);
      if (found.isSymbolicLink()) return { kind: 'link', path, target: await readlink(source) };
      return found.isDirectory() ? { kind: 'folder', path } : { kind: 'file', path, source };
    }),
  );
  return [{ kind: 'folder', path: '/app' }, ...entries];
}

function refuseAppDir(appDir: string, cause: unknown): never {
  throw new DrainbenchError({
    code: 'app-folder-unreadable',
    message: `The app's folder cannot be read: ${appDir}`,
    expected: 'a folder with the JavaScript files of the app',
    found: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
