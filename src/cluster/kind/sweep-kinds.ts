import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { isAlive, readStartTicks } from '../../model/process-identity.ts';
import { kindDirectory } from './kind-paths.ts';
import type { KindRecord } from './kind-record.ts';
import { listKinds } from './kind-store.ts';
import { removeKind } from './remove-kind.ts';

/**
 * Removes the kind clusters of dead runs, and those whose `up` was killed half-way. Every command about kind clusters
 * calls it first. Returns their names; one whose engine does not answer now is left for later.
 */
export async function sweepDeadKinds(): Promise<string[]> {
  const dead = (await listKinds()).filter(isDead);
  const removed: string[] = [];
  for (const record of dead) {
    try {
      await removeKind(record);
      removed.push(record.name);
    } catch (error) {
      if (!(error instanceof DrainbenchError)) throw error;
    }
  }
  await sweepDrafts();
  return removed;
}

/** Names of the kind clusters that {@link sweepDeadKinds} would remove. */
export async function findDeadKinds(): Promise<string[]> {
  return (await listKinds()).filter(isDead).map(({ name }) => name);
}

function isDead(record: KindRecord): boolean {
  return (record.phase === 'starting' || record.lifetime === 'owner') && !isAlive(record.owner);
}

/** A draft (`.NAME-PID`) lives for milliseconds; one whose process is gone was left by a kill. */
async function sweepDrafts(): Promise<void> {
  for (const name of await readdir(kindDirectory()).catch(() => [])) {
    const pid = /^\..*-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && readStartTicks(Number(pid)) === null)
      await rm(join(kindDirectory(), name), { recursive: true, force: true });
  }
}
