import { readFileSync } from 'node:fs';

import { cgroupHeadroom } from '../cgroup-headroom.ts';
import type { Check } from '../check.ts';

/** A box of two nodes has about 25 processes of some 15 threads each, before any Pod; each thread takes a pid. */
const NEEDED = 2000;

export const processesCheck: Check = {
  id: 'processes',
  title: 'processes and threads',
  drivers: ['embedded'],
  expected: `room for ${NEEDED} more`,
  weight: 'wanted',
  needs: { linux: true },
  run() {
    const numberIn = (file: string): number => Number(readFileSync(file, 'utf8'));
    // /proc/loadavg, fourth field: runnable/existing tasks.
    const existing = Number(/\/(\d+) /.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1] ?? 0);
    const most = Math.min(numberIn('/proc/sys/kernel/pid_max'), numberIn('/proc/sys/kernel/threads-max'));
    const room = Math.min(most - existing, cgroupHeadroom('pids'));
    const found = `room for ${room}; ${existing} exist`;
    if (room >= NEEDED) return { status: 'ok', found };
    const advice = "raise kernel.pid_max, or pids.max of this process's cgroup (docker run --pids-limit)";
    return { status: 'warn', found, fix: { command: null, advice, automatic: false } };
  },
};
