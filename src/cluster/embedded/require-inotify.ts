import { readdir, readFile, readlink } from 'node:fs/promises';

import { countOf } from '../../model/count-of.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';

/** Inotify instances of a box, counted on Kubernetes v1.37: API server 6, controllers 7, scheduler 2; per node 10. */
const CONTROL_PLANE = 15;
const PER_NODE = 10;
const LIMIT = '/proc/sys/fs/inotify/max_user_instances';

/**
 * Throws `inotify-exhausted` when the kernel would refuse the box's inotify instances: the kubelet then dies with "too
 * many open files", which names neither the limit nor the way out. Debian's default of 128 is enough for three boxes.
 */
export async function requireInotify(nodeCount: number): Promise<void> {
  const limit = Number(await readFile(LIMIT, 'utf8'));
  const needed = CONTROL_PLANE + PER_NODE * nodeCount;
  const used = await countInotifyInstances();
  if (used + needed <= limit) return;
  throw new DrainbenchError({
    code: 'inotify-exhausted',
    message: `a box of ${countOf(nodeCount, 'node')} needs ${countOf(needed, 'inotify instance')}, and root has ${limit - used} left`,
    expected: `fs.inotify.max_user_instances of at least ${used + needed}`,
    found: `${limit}, of which ${countOf(used, 'is', 'are')} in use`,
    fix: 'sysctl -w fs.inotify.max_user_instances=1024',
  });
}

/** The kernel counts per user; as root we see all of root's processes. */
async function countInotifyInstances(): Promise<number> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const counts = await Promise.all(pids.map(countOfProcess));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function countOfProcess(pid: string): Promise<number> {
  try {
    const files = await readdir(`/proc/${pid}/fd`);
    const targets = await Promise.all(
      files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')),
    );
    return targets.filter((target) => target === 'anon_inode:inotify').length;
  } catch {
    return 0; // ended meanwhile
  }
}
