import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

import { keepNewest } from '../keep-newest.ts';
import { boxPaths } from './box-paths.ts';
import type { BoxRecord } from './box-record.ts';
import { releaseSlot } from './box-store.ts';
import { cgroupLayout, listCgroupProcesses, removeCgroups } from './cgroups.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import { HOST_LINK_PREFIX } from './network-plan.ts';
import { isAlive, type ProcessIdentity } from '../../model/process-identity.ts';
import { signalProcess } from '../../model/signal-process.ts';
import { FAILURES_KEPT, failuresDirectory } from './state-directory.ts';
import { waitUntil } from './wait-until.ts';

/** In a session of its own: the signals of a terminal that goes, or of a Ctrl-C, must not cut a removal short. */
const APART = { reject: false, detached: true } as const;

/**
 * Removes a box and all that belongs to it, whatever state it is in, and returns only when it is gone: processes, then
 * the host's link, cgroups, files, and last the slot. Returns the folder with the kept logs, or `null`.
 */
export async function removeBox(
  record: Pick<BoxRecord, 'name' | 'id' | 'slot' | 'init'>,
  options: { readonly keepLogs: boolean },
): Promise<string | null> {
  const paths = boxPaths(record.name);
  await killAll(record.id, record.init);
  await removeHostLink(record.slot);
  const kept = options.keepLogs ? await keepLogs(paths.logs, record.id) : null;
  await removeCgroups(cgroupLayout(), record.id);
  // The record goes last, so that a removal that is cut short can be taken up by the next command.
  await removeContents(paths.root);
  await releaseSlot(record.slot);
  return kept;
}

/**
 * Kills everything in a box's cgroups, and waits for its end: the cgroups are empty as soon as all are dying, but the
 * init is gone only when the last of them is.
 */
export async function killAll(boxId: string, init: ProcessIdentity | null): Promise<void> {
  const layout = cgroupLayout();
  await waitUntil(
    `the processes of box ${boxId} to end`,
    async () => {
      const { pids, foreign } = await listCgroupProcesses(layout, boxId);
      if (foreign) throw outOfReach(boxId);
      for (const pid of pids) signalProcess(pid, 'SIGKILL');
      return pids.length === 0 && (init === null || !isAlive(init)) ? true : null;
    },
    { timeoutMs: 30_000, intervalMs: 20, signal: new AbortController().signal },
  );
}

/** The kernel removes the link with the box's namespace, but a moment after its last process. */
export async function removeHostLink(slot: number): Promise<void> {
  const link = `${HOST_LINK_PREFIX}${slot}`;
  if (existsSync(`/sys/class/net/${link}`)) await execa('ip', ['link', 'delete', link], APART);
}

function outOfReach(boxId: string): DrainbenchError {
  return new DrainbenchError({
    code: 'box-out-of-reach',
    message: `box ${boxId} has processes of another PID namespace, as of a container: nothing of it was removed`,
    fix: 'remove it where it was made: drainbench cluster down',
  });
}

async function keepLogs(logs: string, boxId: string): Promise<string | null> {
  if (!existsSync(logs)) return null;
  const kept = join(failuresDirectory(), boxId);
  await mkdir(failuresDirectory(), { recursive: true, mode: 0o700 });
  await cp(logs, kept, { recursive: true });
  await keepNewest(failuresDirectory(), FAILURES_KEPT);
  return kept;
}

async function removeContents(root: string): Promise<void> {
  await execa('find', [root, '-mindepth', '1', '!', '-name', 'box.json', '-delete'], APART);
  await rm(root, { recursive: true, force: true });
}
