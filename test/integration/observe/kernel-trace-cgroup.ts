import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { ContainerRef } from '../../../src/model/history-event.ts';

/** A cgroup like a kubelet's for one container, without a kubelet. */
export interface TestCgroup {
  readonly container: ContainerRef;
  readonly folder: string;
  enter(pid: number): void;
  remove(): void;
}

export function makeTestCgroup(): TestCgroup {
  // Another file's container must not be taken for this one.
  const container = { podUid: randomUUID(), containerId: randomBytes(32).toString('hex') };
  const root = join(hierarchy(), `drainbench-test-${process.pid}`);
  const folder = join(root, 'kubepods', 'besteffort', `pod${container.podUid}`, container.containerId);
  mkdirSync(folder, { recursive: true });
  return {
    container,
    folder,
    enter: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    remove: () => {
      for (let path = folder; path.startsWith(root); path = dirname(path)) removeCgroup(path);
    },
  };
}

/**
 * Lets a container's processes have so much memory and no more; `null` where no cgroup here can. To be called before
 * they enter.
 */
export function limitMemory(
  cgroup: TestCgroup,
  bytes: number,
): { enter(pid: number): void; remove(): void } | null {
  const unified = join(cgroup.folder, 'memory.max');
  if (existsSync(unified)) {
    writeFileSync(unified, String(bytes));
    return { enter: () => undefined, remove: () => undefined };
  }
  const point = mountPoints().find(([, , type, options]) => type === 'cgroup' && has(options, 'memory'))?.[1];
  if (point === undefined) return null;
  const folder = join(point, `drainbench-test-${process.pid}-memory`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'memory.limit_in_bytes'), String(bytes));
  return {
    enter: (pid) => writeFileSync(join(folder, 'cgroup.procs'), String(pid)),
    remove: () => removeCgroup(folder),
  };
}

/** Processes that were killed leave a cgroup some moments after that. */
function removeCgroup(folder: string): void {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      const busy = (error as NodeJS.ErrnoException).code === 'EBUSY';
      if (!busy || performance.now() > deadline) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

/** One hierarchy in which a new cgroup can be entered without further settings. */
function hierarchy(): string {
  const mounts = mountPoints();
  const point =
    mounts.find(([, , type, options]) => type === 'cgroup' && has(options, 'pids')) ??
    mounts.find(([, , type]) => type === 'cgroup2');
  if (point?.[1] === undefined) throw new Error('no cgroup hierarchy is mounted');
  return point[1];
}

function mountPoints(): string[][] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
}

function has(options: string | undefined, option: string): boolean {
  return options?.split(',').includes(option) === true;
}
