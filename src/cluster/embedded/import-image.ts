import { copyFile, link, realpath, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { INSIDE, type BoxPaths } from './box-paths.ts';
import { enterBox } from './enter-box.ts';
import type { ProcessIdentity } from '../../model/process-identity.ts';
import { processMark } from '../../model/process-mark.ts';
import { waitUntil } from './wait-until.ts';

const CTR = `${INSIDE.tools}/containerd/ctr`;

/** Waits until the containerd of a node answers. */
export async function waitForContainerd(
  init: ProcessIdentity,
  node: string,
  signal: AbortSignal,
  alive: () => void,
): Promise<void> {
  const [command, ...args] = ctr(init, node, ['version']);
  await waitUntil(
    `containerd on ${node}`,
    async () => {
      const answer = await execa(command, args, { reject: false, cancelSignal: signal });
      return answer.exitCode === 0 ? true : null;
    },
    { timeoutMs: 30_000, intervalMs: 50, signal, alive },
  );
}

/**
 * Puts the images of an archive into a node's image store. They stay packed until a container first uses them, which
 * makes the import a plain copy.
 */
export async function importImage(
  init: ProcessIdentity,
  paths: BoxPaths,
  node: string,
  archive: string,
  signal: AbortSignal,
): Promise<void> {
  // The archive may lie where the box sees something else (/tmp, /run): hand it in through the box's own folder.
  const handed = join(paths.root, 'images', `${node}-${processMark()}-${basename(archive)}`);
  // A hard link of a symbolic one would be that link, and lead to another file in there.
  const file = await realpath(archive);
  await link(file, handed).catch(() => copyFile(file, handed));
  try {
    const inside = `${INSIDE.root}/images/${basename(handed)}`;
    const [command, ...args] = ctr(init, node, ['images', 'import', '--local', '--no-unpack', inside]);
    const result = await execa(command, args, { reject: false, cancelSignal: signal, all: true });
    signal.throwIfAborted();
    if (result.exitCode !== 0) {
      throw new DrainbenchError({
        code: 'image-import-failed',
        message: `${archive} could not be put on ${node}`,
        detail: result.all.trim(),
        command: `drainbench cluster load-image ${archive}`,
      });
    }
  } finally {
    await rm(handed, { force: true });
  }
}

function ctr(init: ProcessIdentity, node: string, args: readonly string[]): [string, ...string[]] {
  return enterBox(init, node, [
    CTR,
    '--address',
    INSIDE.containerdSocket(node),
    '--namespace',
    'k8s.io',
    ...args,
  ]);
}
