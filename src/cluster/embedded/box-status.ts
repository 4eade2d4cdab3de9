import { readFile } from 'node:fs/promises';

import type { BoxRecord } from './box-record.ts';
import { cgroupLayout, listCgroupProcesses } from './cgroups.ts';
import { isAlive } from '../../model/process-identity.ts';

export interface BoxStatus {
  readonly name: string;
  readonly phase: 'starting' | 'running' | 'dead';
  /** Components that should run and do not. */
  readonly ended: readonly string[];
  /** Sum of the resident set sizes of all its processes, Pods included; shared pages count once a process. */
  readonly residentBytes: number;
  readonly processes: number;
}

/** What runs of a box right now. */
export async function boxStatus(record: BoxRecord): Promise<BoxStatus> {
  const { pids } = await listCgroupProcesses(cgroupLayout(), record.id);
  const sizes = await Promise.all(pids.map(residentBytes));
  const alive = record.init !== null && isAlive(record.init);
  return {
    name: record.name,
    phase: alive ? record.phase : 'dead',
    ended: Object.entries({ ...record.components, ...record.processes })
      .filter(([, identity]) => !isAlive(identity))
      .map(([name]) => name),
    residentBytes: sizes.reduce((sum, size) => sum + size, 0),
    processes: pids.length,
  };
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
