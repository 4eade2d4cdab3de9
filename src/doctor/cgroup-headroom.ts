import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { parseCgroupMounts } from './parse-cgroup-mounts.ts';

const FILES = {
  memory: { v1: ['memory.limit_in_bytes', 'memory.usage_in_bytes'], v2: ['memory.max', 'memory.current'] },
  pids: { v1: ['pids.max', 'pids.current'], v2: ['pids.max', 'pids.current'] },
} as const;

/**
 * What this process's cgroup and all above it still allow (bytes, or tasks); Infinity without a limit.
 * In a container /proc shows more than this.
 */
export function cgroupHeadroom(controller: keyof typeof FILES): number {
  const mounts = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  const v1Mount = mounts.v1.get(controller);
  const mountPoint = v1Mount ?? mounts.v2;
  if (mountPoint === null) return Infinity;
  const ownPath = pathOf(readFileSync('/proc/self/cgroup', 'utf8'), v1Mount === undefined ? '' : controller);
  const [limitFile, usageFile] = FILES[controller][v1Mount === undefined ? 'v2' : 'v1'];

  let headroom = Infinity;
  for (let path = ownPath; ; path = dirname(path)) {
    const folder = join(mountPoint, path);
    const limit = readNumber(join(folder, limitFile));
    const usage = readNumber(join(folder, usageFile));
    if (limit !== null && usage !== null) headroom = Math.min(headroom, limit - usage);
    if (path === '/') return headroom;
  }
}

/** Lines of /proc/self/cgroup: hierarchy id, controllers (empty for v2), path. */
function pathOf(procCgroup: string, controller: string): string {
  for (const line of procCgroup.split('\n')) {
    const [, controllers, ...path] = line.split(':');
    if (controllers?.split(',').includes(controller) === true) return join('/', path.join(':'));
  }
  return '/';
}

/** null: no such file (another root than ours), or `max`. */
function readNumber(file: string): number | null {
  try {
    const value = Number(readFileSync(file, 'utf8'));
    return Number.isNaN(value) ? null : value;
  } catch {
    return null;
  }
}
