import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

import { FLAGS, procStatFields, START_TICKS } from '../model/proc-stat.ts';
import { listCgroupPids } from './kernel-trace/cgroup-containers.ts';
import { pidsAreHostPids } from './kernel-trace/pids-are-host-pids.ts';

/** One process that the runtime started in a container. */
interface StartedProcess {
  /** As this program numbers processes. */
  readonly pid: number;
  readonly startTicks: string;
  /** It had not begun to end, ns since run start. */
  aliveNs: number;
}

/**
 * Which process of this host a runtime means by a pid, and until when that certainly lived. The runtime counts in its own
 * pid namespace, which is not the host's for a cluster in a box or in kind: what it starts in a container is a child of
 * its shim, whose namespace is the one.
 */
export class RuntimePids {
  readonly #nowNs: () => number;
  /** By container, the runtime's pid → the process. */
  readonly #found = new Map<string, Map<number, StartedProcess>>();
  readonly #followed = new Set<StartedProcess>();

  constructor(nowNs: () => number) {
    this.#nowNs = nowNs;
  }

  /** Remembers the processes that the runtime started in a container and that run now. */
  async look(containerId: string, folder: string): Promise<void> {
    const pids = await listCgroupPids(folder);
    const inside = new Set(pids);
    const found = this.#found.get(containerId) ?? new Map<number, StartedProcess>();
    this.#found.set(containerId, found);
    for (const pid of pids) {
      const process = await readPids(pid);
      if (process === null || inside.has(process.parentPid)) continue;
      const shim = await readPids(process.parentPid);
      const runtimePid = shim === null ? undefined : process.pids[shim.pids.length - 1];
      const known = runtimePid === undefined ? undefined : found.get(runtimePid);
      if (runtimePid === undefined || known?.pid === pid) continue;
      const aliveNs = this.#nowNs();
      const startTicks = readAlive(pid);
      if (startTicks !== null) found.set(runtimePid, { pid, startTicks, aliveNs });
    }
  }

  /** From now on it is known until when these containers' processes lived. */
  follow(containerId: string): void {
    for (const process of this.#found.get(containerId)?.values() ?? []) this.#followed.add(process);
  }

  /** Sees which of the followed processes live. Reads a small file for each. */
  sample(): void {
    for (const process of this.#followed) {
      const nowNs = this.#nowNs();
      if (readAlive(process.pid) === process.startTicks) process.aliveNs = nowNs;
      else this.#followed.delete(process);
    }
  }

  /** Pid on the host; `null` where the process was gone before anyone looked, or where pids here are not the host's. */
  hostPid(containerId: string, runtimePid: number): number | null {
    return pidsAreHostPids() ? (this.#found.get(containerId)?.get(runtimePid)?.pid ?? null) : null;
  }

  /** When a process was last seen that had not begun to end, ns since run start; `null`: never, or not followed. */
  aliveNs(containerId: string, runtimePid: number): number | null {
    const process = this.#found.get(containerId)?.get(runtimePid);
    return process?.aliveNs ?? null;
  }
}

interface Pids {
  readonly parentPid: number;
  /** Its number in each pid namespace that it is in, from this program's inwards. */
  readonly pids: readonly number[];
}

async function readPids(pid: number): Promise<Pids | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''); // ENOENT or ESRCH: gone
  const parent = /^PPid:\t(\d+)$/m.exec(status)?.[1];
  const pids = /^NSpid:\t(.*)$/m.exec(status)?.[1];
  if (parent === undefined || pids === undefined) return null;
  return { parentPid: Number(parent), pids: pids.split('\t').map(Number) };
}

/** PF_EXITING of the kernel: the process is on its way out, and runs nothing of its own any more. */
const EXITING = 0x4;

/** When it started, which tells it from another one of the same pid; `null` where it has ended or begun to end. */
function readAlive(pid: number): string | null {
  try {
    const fields = procStatFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const ends = /^[ZX]/.test(fields[0] ?? '') || (Number(fields[FLAGS]) & EXITING) !== 0;
    return ends ? null : (fields[START_TICKS] ?? null);
  } catch {
    return null; // ENOENT or ESRCH
  }
}
