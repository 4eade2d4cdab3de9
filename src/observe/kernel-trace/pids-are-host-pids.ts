import { readlinkSync } from 'node:fs';

/**
 * Whether the kernel's events and this process number processes alike: events carry the pids of the first pid namespace,
 * whose inode is fixed (PROC_PID_INIT_INO).
 */
export function pidsAreHostPids(): boolean {
  return (ours ??= readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]');
}

/** No process changes its own pid namespace; asked for each event, so remembered. */
let ours: boolean | undefined;
