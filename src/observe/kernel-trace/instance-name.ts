import { readFileSync } from 'node:fs';

/** The process that made a trace instance, as its name tells: a pid alone may be another process' by now. */
export interface InstanceOwner {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks between boot and the start of the process. */
  readonly startTicks: string;
}

let made = 0;

/** A name for the next instance of this process; trace instances do not outlive a boot, so it is unique. */
export function nextInstanceName(): string {
  made++;
  return `drainbench-${process.pid}-${readStartTicks(process.pid) ?? '0'}-${made}`;
}

/** Whose instance this is; `null` for one that is not ours to touch. */
export function ownerOfInstance(name: string): InstanceOwner | null {
  const match = /^drainbench-(\d+)-(\d+)-\d+$/.exec(name);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { pid: Number(match[1]), startTicks: match[2] };
}

/** True when exactly this process still runs. */
export function ownerIsAlive(owner: InstanceOwner): boolean {
  return readStartTicks(owner.pid) === owner.startTicks;
}

function readStartTicks(pid: number): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null; // ENOENT or ESRCH: no such process
  }
  // The command name is in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}
