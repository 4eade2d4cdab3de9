import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { isDead } from '../../model/process-identity.ts';
import { isMarkOfDead } from '../../model/process-mark.ts';
import { kindDirectory } from './kind-paths.ts';
import type { KindRecord } from './kind-record.ts';
import { listKinds } from './kind-store.ts';
import { removeKind } from './remove-kind.ts';

/**
 * Removes the kind clusters of dead runs, and those whose `up` was killed half-way. Every command about kind clusters
 * calls it first. Returns their names; one whose engine does not answer now is left for later.
 */
export async function sweepDeadKinds(): Promise<string[]> {
  const dead = (await listKinds()).filter(isLeft);
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
  return (await listKinds()).filter(isLeft).map(({ name }) => name);
}

function isLeft(record: KindRecord): boolean {
  return (record.phase === 'starting' || record.lifetime === 'owner') && isDead(record.owner);
}

/** A draft lives for milliseconds; one whose process is gone was left by a kill. */
async function sweepDrafts(): Promise<void> {
  for (const name of await readdir(kindDirectory()).catch(() => [])) {
    if (name.startsWith('.') && isMarkOfDead(name.slice(1)))
      await rm(join(kindDirectory(), name), { recursive: true, force: true });
  }
}
