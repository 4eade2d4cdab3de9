import { readFileSync } from 'node:fs';

import { procStatFields, START_TICKS } from './proc-stat.ts';

/** A process that can be recognised again: a pid alone may have been given to another process meanwhile. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks between boot and the start of the process. */
  readonly startTicks: string;
  /** /proc/sys/kernel/random/boot_id: after a reboot no recorded process is alive. */
  readonly bootId: string;
}

/** Reads the identity of a running process; `null` when there is none with this pid. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const startTicks = readStartTicks(pid);
  return startTicks === null ? null : { pid, startTicks, bootId: readBootId() };
}

/** True when exactly this process still runs (a zombie does not count). */
export function isAlive(identity: ProcessIdentity): boolean {
  return identity.bootId === readBootId() && identity.startTicks === readStartTicks(identity.pid);
}

function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Field 22 of /proc/PID/stat; `null` when there is no such process, or only a zombie of it. */
export function readStartTicks(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null; // ENOENT or ESRCH: no such process
  }
  const fields = procStatFields(stat);
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[START_TICKS] ?? null);
}
