import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { FAILURES_KEPT } from '../embedded/state-directory.ts';
import { keepNewest } from '../keep-newest.ts';
import { askEngine, type EngineAccess } from './engine-command.ts';
import { runKind } from './kind-command.ts';
import { listOwnNodes, type KindNode } from './kind-nodes.ts';
import { kindFailuresDirectory, kindPaths } from './kind-paths.ts';
import type { KindRecord } from './kind-record.ts';

/**
 * Removes a kind cluster that we made, and its files; returns how many containers there still were. What has its name
 * and not its mark is left alone: somebody else made it, before or after. By the containers' ids, as `kind delete` knows
 * a cluster by its name only. The engine's network `kind` stays, as after `kind delete`.
 */
export async function removeKind(record: KindRecord): Promise<number> {
  let removed = 0;
  // A `docker run` that was cut off may still finish: gone is what is gone twice.
  for (let empty = 0; empty < 2;) {
    const own = await listOwnNodes(record);
    await removeContainers(record.engine, own);
    removed += own.length;
    empty = own.length === 0 ? empty + 1 : 0;
    if (record.phase === 'running') break;
    if (empty < 2) await sleep(500);
  }
  await rm(kindPaths(record.name).root, { recursive: true, force: true });
  return removed;
}

/** Collects the nodes' logs of a cluster that failed; returns the folder, `null` when there is nothing to collect. */
export async function exportKindLogs(kind: string, record: KindRecord): Promise<string | null> {
  const stamp = record.createdAt.replaceAll(/[:.]/g, '-');
  const folder = join(kindFailuresDirectory(), `kind-${record.name}-${stamp}`);
  try {
    if ((await listOwnNodes(record)).length === 0) return null;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await keepNewest(kindFailuresDirectory(), FAILURES_KEPT);
    const deadline = AbortSignal.timeout(60_000);
    await runKind(kind, record.engine, ['export', 'logs', folder, '--name', record.name], deadline);
  } catch (error) {
    // What could be collected is there; the failure that made us collect is the one to tell.
    if (!(error instanceof DrainbenchError) && !(error instanceof DOMException)) throw error;
  }
  return folder;
}

async function removeContainers(engine: EngineAccess, nodes: readonly KindNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await askEngine(engine, ['rm', '--force', '--volumes', ...nodes.map(({ containerId }) => containerId)]);
  // On Podman, kind makes a volume for each node by itself, which does not go with its container.
  const volumes = nodes.flatMap((node) => node.volumes);
  if (engine.command === 'podman' && volumes.length > 0)
    await askEngine(engine, ['volume', 'rm', '--force', ...volumes]);
}
