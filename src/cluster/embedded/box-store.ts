import { mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { boxPaths } from './box-paths.ts';
import { boxRecordSchema, type BoxRecord } from './box-record.ts';
import { isErrno } from '../../model/errno.ts';
import { SLOT_COUNT } from './network-plan.ts';
import { identifySelf, isAlive, isDead, type ProcessIdentity } from '../../model/process-identity.ts';
import { processMark } from '../../model/process-mark.ts';
import { readRecord, readRecords, type Records } from '../read-record.ts';
import { boxesDirectory, slotsDirectory } from './state-directory.ts';

/** All boxes that have a readable record, in the order of their names. */
export async function listBoxes(): Promise<readonly BoxRecord[]> {
  return (await surveyBoxes()).records;
}

/** The same, and those whose record cannot be read. */
export async function surveyBoxes(): Promise<Records<BoxRecord>> {
  const names = await readdir(boxesDirectory()).catch(noneIfMissing);
  return readRecords(
    names.filter((name) => !name.startsWith('.')),
    readBox,
  );
}

/** The record of one box; `null` when there is none of this name. Throws `record-unreadable`. */
export async function readBox(name: string): Promise<BoxRecord | null> {
  return readRecord(boxPaths(name).record, boxRecordSchema);
}

/** The record of a box that must be there and alive, for commands that use it. */
export async function requireBox(name: string): Promise<BoxRecord & { readonly init: ProcessIdentity }> {
  const record = await readBox(name);
  if (record?.init != null && isAlive(record.init)) return { ...record, init: record.init };
  // Who may not look at what is root's has none to choose from.
  const others = (await listBoxes().catch(() => [])).map((box) => box.name);
  throw new DrainbenchError({
    code: 'box-not-found',
    message: `there is no running cluster named "${name}"`,
    expected: `one of those that run: ${others.join(', ') || 'none runs'}`,
    found:
      record?.init == null
        ? 'no such cluster'
        : isDead(record.init)
          ? 'a cluster whose init is dead'
          : 'a cluster of another PID namespace: it can be used from there only',
    fix: `drainbench cluster up --name ${name}`,
    exitCode: EXIT.usage,
  });
}

export async function writeBox(record: BoxRecord): Promise<void> {
  await writeFileAtomic(boxPaths(record.name).record, JSON.stringify(record, null, 2) + '\n', {
    mode: 0o600,
  });
}

/**
 * Makes the folder of a new box with its record inside. The rename is the atomic claim of the name: two `up` at once
 * cannot both have it.
 */
export async function createBox(record: BoxRecord): Promise<void> {
  const { root } = boxPaths(record.name);
  const draft = join(boxesDirectory(), `.${processMark()}`);
  await mkdir(join(draft, 'logs'), { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(draft, 'box.json'), JSON.stringify(record, null, 2) + '\n', { mode: 0o600 });
  try {
    await rename(draft, root);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!isErrno(error, 'ENOTEMPTY', 'EEXIST')) throw error;
    throw new DrainbenchError({
      code: 'box-exists',
      message: `a cluster named "${record.name}" exists already`,
      fix: `use it, or remove it: drainbench cluster down --name ${record.name} (or give another --name)`,
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

/** Claims a free slot among `candidates`; `null` when all are taken. */
export async function claimSlot(
  candidates: readonly number[],
  owner: ProcessIdentity,
): Promise<number | null> {
  await mkdir(slotsDirectory(), { recursive: true, mode: 0o700 });
  for (const slot of candidates) {
    try {
      await symlink(JSON.stringify(owner), join(slotsDirectory(), String(slot)));
      return slot;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
  return null;
}

export async function releaseSlot(slot: number): Promise<void> {
  await rm(join(slotsDirectory(), String(slot)), { force: true });
}

/** Slots claimed by a process that is gone and that no box holds: left by a kill between claim and record. */
export async function abandonedSlots(boxes: readonly BoxRecord[]): Promise<number[]> {
  const taken = await readdir(slotsDirectory()).catch(noneIfMissing);
  const held = new Set(boxes.map((box) => box.slot));
  const abandoned = await Promise.all(
    taken.map(Number).map(async (slot) => {
      if (held.has(slot) || !(slot >= 0 && slot < SLOT_COUNT)) return null;
      const owner = await readlink(join(slotsDirectory(), String(slot))).catch(nullIfMissing);
      return owner !== null && isDead(JSON.parse(owner) as ProcessIdentity) ? slot : null;
    }),
  );
  return abandoned.filter((slot) => slot !== null);
}

/** This process, as the owner of what it brings up. */
export function currentOwner(): ProcessIdentity {
  return identifySelf();
}

function nullIfMissing(error: unknown): null {
  if (isErrno(error, 'ENOENT')) return null;
  throw error;
}

function noneIfMissing(error: unknown): string[] {
  if (isErrno(error, 'ENOENT')) return [];
  throw error;
}
