import { readFile } from 'node:fs/promises';

import { procStatFields, START_TICKS } from '../model/proc-stat.ts';

/**
 * When a process started, in clock ticks since boot (/proc/PID/stat, field 22): together with the id it names
 * one process for good, ids alone are used again. Undefined when there is no such process, or no /proc.
 */
export async function processStartTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return procStatFields(stat)[START_TICKS];
}
