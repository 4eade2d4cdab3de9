import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { isErrno } from '../../model/errno.ts';
import { identifySelf, isDead, pidNamespaceOf } from '../../model/process-identity.ts';
import { isMarkOfDead } from '../../model/process-mark.ts';
import type { BoxRecord } from './box-record.ts';
import { abandonedSlots, listBoxes, readBox, releaseSlot, surveyBoxes } from './box-store.ts';
import {
  cgroupLayout,
  listCgroupBoxes,
  listCgroupProcesses,
  removeCgroups,
  type CgroupLayout,
} from './cgroups.ts';
import { killAll, removeBox, removeHostLink } from './remove-box.ts';
import { boxesDirectory } from './state-directory.ts';

/**
 * Removes what dead boxes left: those whose init is gone, and those whose `up` was killed half-way. Every command
 * that touches boxes calls it first. Returns the names of what it removed.
 */
export async function sweepDeadBoxes(): Promise<string[]> {
  const { records: boxes, unreadable } = await surveyBoxes();
  const dead = boxes.filter(isLeft);
  for (const box of dead) await removeBox(box, { keepLogs: true });
  const names = dead.map((box) => box.name);
  // Slots and cgroups without a record may be those of a box whose record cannot be read.
  if (unreadable.length > 0) return names;
  return [...names, ...(await sweepUnrecorded(boxes.filter((box) => !dead.includes(box))))];
}

/** Names of the boxes that {@link sweepDeadBoxes} would remove. */
export async function findDeadBoxes(): Promise<string[]> {
  return (await listBoxes()).filter(isLeft).map(({ name }) => name);
}

/** A box whose owner still brings it up is left alone, even before its init runs: the owner cleans up itself. */
function isLeft(box: BoxRecord): boolean {
  const needsOwner = box.phase === 'starting' || box.lifetime === 'owner';
  if (needsOwner) return isDead(box.owner);
  return box.init === null || isDead(box.init);
}

/** Slots, cgroups and folders that no record speaks of: left by a kill in the middle of a claim or a removal. */
async function sweepUnrecorded(alive: readonly BoxRecord[]): Promise<string[]> {
  for (const slot of await abandonedSlots(alive)) {
    await removeHostLink(slot);
    await releaseSlot(slot);
  }
  const orphans = await sweepOrphans();
  const names = await readdir(boxesDirectory()).catch((error: unknown) => {
    if (!isErrno(error, 'ENOENT')) throw error;
    return [];
  });
  for (const name of names) {
    // A draft (dot-name) belongs to a living `up` for some milliseconds.
    const isLeftOver = name.startsWith('.') ? isMarkOfDead(name.slice(1)) : (await readBox(name)) === null;
    if (isLeftOver) await rm(join(boxesDirectory(), name), { recursive: true, force: true });
  }
  return orphans;
}

/** Ends and removes cgroups of ours that have no record; returns their ids. */
async function sweepOrphans(): Promise<string[]> {
  const layout = cgroupLayout();
  // In this order: a box that is being made has its record before its cgroups.
  const withCgroups = await listCgroupBoxes(layout);
  const { records, unreadable } = await surveyBoxes();
  // Without the folder of records their absence says nothing: it may be on a disk that is not mounted.
  if (unreadable.length > 0 || !existsSync(boxesDirectory())) return [];
  const known = new Set(records.map((box) => box.id));
  const swept: string[] = [];
  for (const id of withCgroups.filter((each) => !known.has(each))) {
    if (!(await isOurOrphan(layout, id))) continue;
    await killAll(id, null);
    try {
      await removeCgroups(layout, id);
      swept.push(id);
    } catch (error) {
      // In it are processes that cannot be seen from here.
      if (!isErrno(error, 'EBUSY')) throw error;
    }
  }
  return swept;
}

/**
 * Cgroups are the whole machine's, records are not: a container has its own folder of them. What it starts waits in its
 * PID namespace; an orphan is ours if one of its processes is in this one, or if there are none.
 */
async function isOurOrphan(layout: CgroupLayout, id: string): Promise<boolean> {
  const { pids, foreign } = await listCgroupProcesses(layout, id);
  if (foreign) return false;
  const { pidNamespace } = identifySelf();
  return pids.length === 0 || pids.some((pid) => pidNamespaceOf(pid) === pidNamespace);
}
