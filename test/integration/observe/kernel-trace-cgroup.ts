import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
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
      for (let path = folder; path.startsWith(root); path = dirname(path)) rmdirSync(path);
    },
  };
}

/** One hierarchy in which a new cgroup can be entered without further settings. */
function hierarchy(): string {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  const point =
    mounts.find(([, , type, options]) => type === 'cgroup' && options?.split(',').includes('pids')) ??
    mounts.find(([, , type]) => type === 'cgroup2');
  if (point?.[1] === undefined) throw new Error('no cgroup hierarchy is mounted');
  return point[1];
}
