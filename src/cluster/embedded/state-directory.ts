import { createHash } from 'node:crypto';
import { join } from 'node:path';

const DEFAULT = '/var/lib/drainbench';

/** Where the records and data of boxes live: on disk, root only. DRAINBENCH_STATE_DIR moves it. */
export function stateDirectory(): string {
  return process.env['DRAINBENCH_STATE_DIR'] ?? DEFAULT;
}

export function boxesDirectory(): string {
  return join(stateDirectory(), 'boxes');
}

/** One symbolic link a taken slot: creating it is the atomic claim. */
export function slotsDirectory(): string {
  return join(stateDirectory(), 'slots');
}

/** The logs of so many clusters that failed are kept, the newest. */
export const FAILURES_KEPT = 10;

/** Logs of boxes that failed, kept after everything else of them is gone. */
export function failuresDirectory(): string {
  return join(stateDirectory(), 'failed');
}

/**
 * The folder in every cgroup hierarchy below which all boxes of this state directory are. Cgroups belong to the whole
 * machine: with another state directory their boxes must not look like leftovers of ours.
 */
export function cgroupRootName(): string {
  if (stateDirectory() === DEFAULT) return 'drainbench';
  return `drainbench-${createHash('sha256').update(stateDirectory()).digest('hex').slice(0, 8)}`;
}
