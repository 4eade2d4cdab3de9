import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { cachedImage } from '../image/cached-image.ts';
import { moduleLayer } from '../image/module-layer.ts';
import { nodeBaseLayer } from '../image/node-base-layer.ts';
import { ociArchitecture } from '../image/oci-architecture.ts';
import { programLayer } from '../image/program-layer.ts';
import type { ImageFile } from '../image/write-oci-image.ts';
import { cacheRoot } from '../model/cache-root.ts';

/** What the observers run; where this host lacks one, theirs is a gap that names it. */
const COMMANDS = [
  'nft',
  'conntrack',
  'ip',
  'iptables',
  'iptables-nft-save',
  'xtables-monitor',
  'iptables-legacy-save',
  'stdbuf',
  'readlink',
  'nsenter',
  'unshare',
  'mount',
];
/** Opened while they run: the extensions of iptables, and what stdbuf puts before a program. */
const DATA = [
  '/usr/lib/x86_64-linux-gnu/xtables',
  '/usr/lib/aarch64-linux-gnu/xtables',
  '/usr/lib64/xtables',
  '/usr/libexec/coreutils/libstdbuf.so',
  '/usr/libexec/xtables',
];

/** Our package in the image, and the programs in it as `node` runs them. */
const ROOT = '/drainbench';
/** .ts from src/, .js from dist/: what runs in the image is what runs here. */
const EXTENSION = extname(import.meta.url);
const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));
const CODE = EXTENSION === '.ts' ? 'src' : 'dist';

export const NODE_PROGRAMS = {
  agent: ['node', program('agent/agent-worker')],
  load: ['node', program('load/load-worker')],
} as const;

/**
 * The image with everything of drainbench that runs on a node: the agent and the load engines, this host's Node, and the
 * commands that the observers need. Made from the files of this host, without Docker or a registry; Linux only.
 */
export async function nodeImage(version: string, signal: AbortSignal): Promise<ImageFile> {
  const entries = [program('agent/agent-worker'), program('load/load-worker')].map((path) =>
    join(PACKAGE, path.slice(ROOT.length)),
  );
  const tools = await programLayer({ commands: COMMANDS, data: DATA });
  return cachedImage(
    'node',
    {
      reference: `drainbench.dev/node:${version}`,
      layers: [
        await nodeBaseLayer(),
        tools.entries,
        await moduleLayer({ packageDir: PACKAGE, entries, root: ROOT }),
      ],
      config: {
        entrypoint: IDLE,
        workingDir: ROOT,
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      },
      architecture: ociArchitecture(process.arch),
    },
    { cacheDir: cacheRoot(process.env, homedir()), signal },
  );
}

/** The Pods do nothing until someone runs a program in them; the shell as process 1 must heed SIGTERM. */
const IDLE = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'];

function program(name: string): string {
  return `${ROOT}/${CODE}/${name}${EXTENSION}`;
}
