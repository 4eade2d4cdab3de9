import { mkdir, readdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import writeFileAtomic from 'write-file-atomic';

import { isMarkOfDead, processMark } from '../../model/process-mark.ts';

/** A copy of the one context that a run may use, for as long as it runs. */
export interface PrivateKubeconfig {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Writes the configuration into a file that only this user can read, outside of the run directory: that one is
 * handed around. Copies of processes that were killed are removed on the way.
 */
export async function writePrivateKubeconfig(kubeConfig: KubeConfig): Promise<PrivateKubeconfig> {
  const folder = contextsDirectory();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await sweepCopies(folder);
  const path = join(folder, `${processMark()}.json`);
  await writeFileAtomic(path, `${kubeConfig.exportConfig()}\n`, { mode: 0o600 });
  return { path, remove: () => rm(path, { force: true }) };
}

/** DRAINBENCH_STATE_DIR, or where the user's own state belongs: unlike a box, this needs no root. */
function contextsDirectory(): string {
  const state = process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state');
  return join(process.env['DRAINBENCH_STATE_DIR'] ?? join(state, 'drainbench'), 'contexts');
}

async function sweepCopies(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (isMarkOfDead(file.replace(/\.json$/, ''))) await rm(join(folder, file), { force: true });
  }
}
