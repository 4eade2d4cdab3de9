import { isErrno } from './errno.ts';

/**
 * Sends a signal to one process.
 *
 * @returns false when there is no such process.
 * @throws RangeError for what names no single process: to the kernel, 0 is our own group, which includes whoever called
 *   us, -1 is everybody, and 1 is the init.
 */
export function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  requireOne(pid);
  return sent(pid, signal);
}

/** The same for all processes of a group, by the pid of its leader. */
export function signalGroup(leaderPid: number, signal: NodeJS.Signals | 0): boolean {
  requireOne(leaderPid);
  return sent(-leaderPid, signal);
}

function requireOne(pid: number): void {
  if (!Number.isSafeInteger(pid) || pid <= 1)
    throw new RangeError(`no process may be signalled by the number ${pid}`);
}

function sent(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    // eslint-disable-next-line no-restricted-properties -- the one place
    process.kill(target, signal);
    return true;
  } catch (error) {
    if (isErrno(error, 'ESRCH')) return false;
    throw error;
  }
}
