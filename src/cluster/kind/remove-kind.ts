import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { runKind } from './kind-command.ts';
import { listContainers } from './kind-nodes.ts';
import { kindFailuresDirectory, kindPaths } from './kind-paths.ts';
import type { KindRecord } from './kind-record.ts';

/**
 * Removes a kind cluster that we made, and its files. One that meanwhile has another cluster's containers is left
 * alone: somebody made it anew. The engine's network `kind` stays, as after `kind delete`.
 */
export async function removeKind(kind: string, record: KindRecord): Promise<void> {
  if (await isOurs(record)) {
    // A `docker run` that was cut off may still finish: gone is what is gone twice.
    for (let empty = 0; empty < 2;) {
      await runKind(kind, record.engine, ['delete', 'cluster', '--name', record.name, ...kubeconfig(record)]);
      empty = (await listContainers(record.engine, record.name)).length === 0 ? empty + 1 : 0;
      if (record.phase === 'running') break;
      if (empty < 2) await sleep(500);
    }
  }
  await rm(kindPaths(record.name).root, { recursive: true, force: true });
}

/** Collects the nodes' logs of a cluster that failed; returns the folder, `null` when there is nothing to collect. */
export async function exportKindLogs(kind: string, record: KindRecord): Promise<string | null> {
  const stamp = record.createdAt.replaceAll(/[:.]/g, '-');
  const folder = join(kindFailuresDirectory(), `kind-${record.name}-${stamp}`);
  try {
    if ((await listContainers(record.engine, record.name)).length === 0) return null;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const deadline = AbortSignal.timeout(60_000);
    await runKind(kind, record.engine, ['export', 'logs', folder, '--name', record.name], deadline);
  } catch (error) {
    // What could be collected is there; the failure that made us collect is the one to tell.
    if (!(error instanceof DrainbenchError) && !(error instanceof DOMException)) throw error;
  }
  return folder;
}

/** Before all containers were known, the name was claimed and found free: what has it now is what we made. */
async function isOurs(record: KindRecord): Promise<boolean> {
  if (record.phase === 'starting') return true;
  const found = await listContainers(record.engine, record.name);
  return found.some((id) => record.containers.includes(id));
}

/** Never the user's own kubeconfig. */
function kubeconfig(record: KindRecord): string[] {
  return ['--kubeconfig', kindPaths(record.name).kubeconfig];
}
