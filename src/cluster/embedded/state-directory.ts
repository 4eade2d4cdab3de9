import { join } from 'node:path';

/** Where the records and data of boxes live: on disk, root only. DRAINBENCH_STATE_DIR moves it. */
export function stateDirectory(): string {
  return process.env['DRAINBENCH_STATE_DIR'] ?? '/var/lib/drainbench';
}

export function boxesDirectory(): string {
  return join(stateDirectory(), 'boxes');
}

/** One symbolic link a taken slot: creating it is the atomic claim. */
export function slotsDirectory(): string {
  return join(stateDirectory(), 'slots');
}

/** Logs of boxes that failed, kept after everything else of them is gone. */
export function failuresDirectory(): string {
  return join(stateDirectory(), 'failed');
}
