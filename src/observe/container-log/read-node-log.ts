import { setTimeout as sleep } from 'node:timers/promises';

import { countOf } from '../../model/count-of.ts';
import { isErrno } from '../../model/errno.ts';
import { CriLines } from './cri-lines.ts';
import type { FollowedContainer } from './followed-container.ts';
import type { KeptLog } from './kept-log.ts';
import { RotatedFile } from './rotated-file.ts';

/** The app stamps its own lines: how soon they are read changes no time. */
const POLL_MS = 100;
/** A runtime makes the file before it starts the container. */
const THERE_WITHIN_MS = 2000;
/** So often nothing must have come once the container is known to have ended. */
const QUIET_LOOKS = 2;
/** For what is there when there is no more time; far more than a read takes. */
const LAST_LOOK_MS = 1000;

/**
 * Reads one container's log from the file that its runtime writes on the node, to its end; resolves to whether that was
 * reached. The file is held from the moment it is open, so that nothing is lost when the kubelet removes it.
 *
 * Its end: containerd waits for a container's streams, passing all to the log's writer, before it deletes its cgroup and
 * says that it has exited; a kubelet removes only logs of containers that have ended. So when the API says Terminated, or
 * the cgroup or the log is removed, and still nothing comes, all has come. That the Pod is gone is not enough: after a
 * force deletion its containers live on.
 *
 * Throws when the file is not there, cannot be opened or read, or is in another format: the API can still give it.
 */
export async function readNodeLog(
  path: string,
  container: FollowedContainer,
  log: KeptLog,
  signal: AbortSignal,
): Promise<boolean> {
  const file = await openOnceThere(path, container, signal);
  try {
    const ended = await readToEnd(file, container, log, signal);
    if (file.missed > 0)
      log.broken(`${countOf(file.missed, 'file of it was', 'files of it were')} rotated away unread`);
    else if (!ended && container.over)
      log.broken('its Pod was gone, but nothing showed that its container had ended');
    return ended;
  } catch (error) {
    // The API gives what came after the last rotation, and cannot go on where this ended.
    if (file.rotations === 0) throw error;
    log.broken(error instanceof Error ? error.message : String(error));
    return false;
  } finally {
    await file.close();
  }
}

async function openOnceThere(
  path: string,
  container: FollowedContainer,
  signal: AbortSignal,
): Promise<RotatedFile> {
  const deadline = performance.now() + THERE_WITHIN_MS;
  for (;;) {
    try {
      return await RotatedFile.open(path);
    } catch (error) {
      const late = performance.now() > deadline || container.over || signal.aborted;
      if (late || !isErrno(error, 'ENOENT')) throw error;
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function readToEnd(
  file: RotatedFile,
  container: FollowedContainer,
  log: KeptLog,
  signal: AbortSignal,
): Promise<boolean> {
  const lines = new CriLines();
  const cgroup = await container.cgroup;
  for (let quiet = 0; ;) {
    const stopped = signal.aborted;
    // Before reading: what is found then was written before that was known.
    const exited =
      container.exited || (container.over && (file.removed || (await cgroup?.isGone()) === true));
    const deadline = performance.now() + (stopped ? LAST_LOOK_MS : Infinity);
    let grew = false;
    for (;;) {
      const bytes = await file.next(stopped ? 'last' : container.over ? 'ended' : 'growing');
      if (bytes === null) break;
      grew = true;
      const { length } = bytes;
      await log.append(lines.read(bytes));
      log.cutLines = lines.cutLines;
      await log.pace(length, signal);
      if (performance.now() > deadline) break;
    }
    quiet = exited && !grew && !file.rotating ? quiet + 1 : 0;
    const ended = quiet >= QUIET_LOOKS;
    if (ended) await log.append(lines.end());
    log.cutLines = lines.cutLines;
    if (ended || stopped) return ended;
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
