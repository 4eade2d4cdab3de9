import { readFileSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';

import { PARENT, procStatFields } from '../model/proc-stat.ts';

/** The process of containerd's that keeps the container that this program runs in. */
export interface OwnShim {
  readonly pid: number;
  /** Of the containerd that started it: `/run/containerd/containerd.sock`, or wherever a distribution has it. */
  readonly address: string;
  /** Where its program is, among its own mounts; containerd's other programs are beside it. */
  readonly folder: string;
}

/**
 * Looks among this process' ancestors for containerd's shim, which was told where containerd listens. `null` where the
 * node's processes cannot be seen, or where another runtime keeps containers.
 *
 * @param proc a proc filesystem that shows the node's processes
 */
export function ownShim(proc = '/proc', from = 'self'): OwnShim | null {
  try {
    for (let pid = from; pid !== '0'; pid = parentOf(proc, pid)) {
      const [program = '', ...args] = readFileSync(`${proc}/${pid}/cmdline`, 'utf8').split('\0');
      const at = args.findIndex((arg) => /^--?address$/.test(arg));
      const address = at < 0 ? undefined : args[at + 1];
      if (/(?:^|\/)containerd-shim[^/]*$/.test(program) && address !== undefined)
        return { pid: Number(pid), address, folder: dirname(readlinkSync(`${proc}/${pid}/exe`)) };
    }
  } catch {
    // Gone, or not to be looked at.
  }
  return null;
}

function parentOf(proc: string, pid: string): string {
  return procStatFields(readFileSync(`${proc}/${pid}/stat`, 'utf8'))[PARENT] ?? '0';
}
