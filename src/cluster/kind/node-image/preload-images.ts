import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

import { waitUntil } from '../../embedded/wait-until.ts';
import { runStep } from './run-step.ts';

/** Puts image archives into the store of a node that does not run yet, packed: they unpack on first use. */
export async function preloadImages(
  root: string,
  programs: { readonly containerd: string; readonly ctr: string },
  archives: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  // Short: a Unix socket's path ends at 107 bytes.
  const folder = await mkdtemp(join(tmpdir(), 'drainbench-preload-'));
  const socket = join(folder, 'c.sock');
  const config = join(folder, 'config.toml');
  await mkdir(join(root, 'var/lib/containerd'), { recursive: true });
  await writeFile(config, containerdConfig(root, folder, socket));
  const containerd = execa(programs.containerd, ['--config', config], {
    reject: false,
    cancelSignal: signal,
    cleanup: true,
    all: true,
  });
  try {
    const ctr = [programs.ctr, '--address', socket, '--namespace', 'k8s.io'] as const;
    await waitUntil(
      'containerd to answer',
      async () => {
        const answer = await execa(programs.ctr, ['--address', socket, 'version'], { reject: false });
        return answer.exitCode === 0 ? true : null;
      },
      { timeoutMs: 30_000, intervalMs: 100, signal },
    );
    for (const archive of archives) {
      const load = [...ctr, 'images', 'import', '--local', '--no-unpack', archive] as const;
      await runStep(`preloading ${archive}`, load, { signal });
    }
  } finally {
    containerd.kill('SIGTERM');
    await containerd;
    await rm(folder, { recursive: true, force: true });
  }
}

/** Without CRI: only the store is wanted. */
function containerdConfig(root: string, folder: string, socket: string): string {
  return `version = 2
root = "${root}/var/lib/containerd"
state = "${folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"]
[grpc]
address = "${socket}"
[ttrpc]
address = "${folder}/t.sock"
`;
}
