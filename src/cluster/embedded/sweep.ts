import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { boxPaths } from './box-paths.ts';
import type { BoxRecord } from './box-record.ts';
import { abandonedSlots, listBoxes, releaseSlot } from './box-store.ts';
import { cgroupLayout, listCgroupBoxes, removeCgroups } from './cgroups.ts';
import { isAlive } from '../../model/process-identity.ts';
import { killAll, removeBox, removeHostLink } from './remove-box.ts';
import { boxesDirectory } from './state-directory.ts';

/**
 * Removes what dead boxes left: those whose init is gone, and those whose `up` was killed half-way. Every command
 * that touches boxes calls it first. Returns the names of what it removed.
 */
export async function sweepDeadBoxes(): Promise<string[]> {
  const boxes = await listBoxes();
  const dead = boxes.filter(isDead);
  for (const box of dead) await removeBox(box, { keepLogs: true });
  const alive = boxes.filter((box) => !dead.includes(box));
  return [...dead.map((box) => box.name), ...(await sweepUnrecorded(alive))];
}

/** Names of the boxes that {@link sweepDeadBoxes} would remove. */
export async function findDeadBoxes(): Promise<string[]> {
  return (await listBoxes()).filter(isDead).map(({ name }) => name);
}

/** A box whose owner still brings it up is left alone, even before its init runs: the owner cleans up itself. */
function isDead(box: BoxRecord): boolean {
  const needsOwner = box.phase === 'starting' || box.lifetime === 'owner';
  if (needsOwner) return !isAlive(box.owner);
  return box.init === null || !isAlive(box.init);
}

/** Slots, cgroups and folders that no record speaks of: left by a kill in the middle of a claim or a removal. */
async function sweepUnrecorded(alive: readonly BoxRecord[]): Promise<string[]> {
  for (const slot of await abandonedSlots(alive)) {
    await removeHostLink(slot);
    await releaseSlot(slot);
  }
  const layout = cgroupLayout();
  // In this order: a box that is being made has its record before its cgroups.
  const withCgroups = await listCgroupBoxes(layout);
  const known = new Set((await listBoxes()).map((box) => box.id));
  const orphans = withCgroups.filter((id) => !known.has(id));
  for (const id of orphans) {
    await killAll(id, null);
    await removeCgroups(layout, id);
  }
  const names = await readdir(boxesDirectory()).catch(() => []);
  const recorded = new Set((await listBoxes()).map((box) => box.name));
  for (const name of names) {
    if (recorded.has(name)) continue;
    // A draft (dot-name) belongs to a living `up` for some milliseconds; one that was left has no owner any more.
    if (name.startsWith('.') && (await draftIsYoung(name))) continue;
    await rm(name.startsWith('.') ? join(boxesDirectory(), name) : boxPaths(name).root, {
      recursive: true,
      force: true,
    });
  }
  return orphans;
}

async function draftIsYoung(name: string): Promise<boolean> {
  const info = await stat(join(boxesDirectory(), name)).catch(() => null);
  return info !== null && Date.now() - info.mtimeMs < 60_000;
}
