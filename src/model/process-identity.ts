import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { isErrno } from './errno.ts';
import { procStatFields, START_TICKS } from './proc-stat.ts';

/** A process that can be recognised again: a pid alone may have been given to another process meanwhile. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks between boot and the start of the process. */
  readonly startTicks: string;
  /** /proc/sys/kernel/random/boot_id: after a reboot no recorded process is alive. */
  readonly bootId: string;
  /** The PID namespace in which the pid means something, as `/proc/self/ns/pid` links to it. Older versions left it out. */
  readonly pidNamespace?: string | undefined;
}

/**
 * `unknown`: it was recorded in another PID namespace, as that of a container, whose pids cannot be looked up here. Only
 * what is `dead` may be tidied away.
 */
export type Life = 'alive' | 'dead' | 'unknown';

/** Of the namespace that a machine boots in (PROC_PID_INIT_INO): all processes of the machine have a pid in it. */
const FIRST_NAMESPACE = 'pid:[4026531836]';

/** Reads the identity of a running process; `null` when there is none with this pid. */
export function identifyProcess(pid: number): ProcessIdentity | null {
  // Under its own name it is found also where /proc is another namespace's.
  const startTicks = readStartTicks(pid === process.pid ? 'self' : pid);
  return startTicks === null
    ? null
    : { pid, startTicks, bootId: readBootId(), pidNamespace: readPidNamespace() };
}

/** This process. */
export function identifySelf(): ProcessIdentity & { readonly pidNamespace: string } {
  const self = identifyProcess(process.pid);
  if (self === null) throw new Error('/proc/self cannot be read');
  return { ...self, pidNamespace: readPidNamespace() };
}

/** True when exactly this process still runs (a zombie does not count), and that can be seen from here. */
export function isAlive(identity: ProcessIdentity): boolean {
  return lifeOf(identity) === 'alive';
}

/** True when it is certain that this process does not run any more. */
export function isDead(identity: ProcessIdentity): boolean {
  return lifeOf(identity) === 'dead';
}

/** What can be told from here of a process that was recorded on this machine. */
export function lifeOf({ pid, startTicks, bootId, pidNamespace }: ProcessIdentity): Life {
  if (bootId !== readBootId()) return 'dead';
  const here = readPidNamespace();
  if (!seesOwnNamespace()) return 'unknown';
  // What does not say its namespace is of an older version, which knew of none; most ran in the first one.
  const isOurs = pidNamespace === undefined ? here === FIRST_NAMESPACE : pidNamespace === here;
  if (isOurs) return startTicks === readStartTicks(pid) ? 'alive' : 'dead';
  if (pidNamespace === undefined || here !== FIRST_NAMESPACE) return 'unknown';
  return isNamespaceGone(pidNamespace) ? 'dead' : 'unknown';
}

/** The PID namespace of a process, e.g. `pid:[4026531836]`; `null` when there is none, or it may not be looked at. */
export function pidNamespaceOf(pid: number): string | null {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) return null;
    throw error;
  }
}

function readPidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}

/** False where /proc was mounted for another PID namespace: its numbers are not ours. */
function seesOwnNamespace(): boolean {
  return readlinkSync('/proc/self') === String(process.pid);
}

/** Asked in the first namespace only, where every process can be seen; its own init may not be looked at. */
function isNamespaceGone(pidNamespace: string): boolean {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== '1')) {
    try {
      if (readlinkSync(`/proc/${pid}/ns/pid`) === pidNamespace) return false;
    } catch (error) {
      // Another user's process may be in it.
      if (!isErrno(error, 'ENOENT', 'ESRCH')) return false;
    }
  }
  return true;
}

function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/**
 * Field 22 of /proc/PID/stat; `null` when there is no such process, or only a zombie of it.
 *
 * @throws any other error of reading, such as EMFILE: a process that cannot be looked at is not a dead one.
 */
export function readStartTicks(pid: number | 'self'): string | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ESRCH')) return null;
    throw error;
  }
  const fields = procStatFields(stat);
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[START_TICKS] ?? null);
}
