import { readStartTicks } from '../../model/process-identity.ts';

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
