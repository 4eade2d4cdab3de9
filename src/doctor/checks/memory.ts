import { readFileSync } from 'node:fs';

import { cgroupHeadroom } from '../cgroup-headroom.ts';
import type { Check } from '../check.ts';
import { formatBytes } from '../format-bytes.ts';
import { parseMeminfo } from '../parse-meminfo.ts';

const WANTED_BYTES = 2 * 2 ** 30;
/** A box of two nodes was measured at about 1 GiB resident. */
const REQUIRED_BYTES = 1.25 * 2 ** 30;

export const memoryCheck: Check = {
  id: 'memory',
  title: 'memory',
  drivers: ['embedded', 'kind'],
  expected: `${formatBytes(WANTED_BYTES)} available for two nodes`,
  weight: 'wanted',
  needs: { linux: true },
  run() {
    const fields = parseMeminfo(readFileSync('/proc/meminfo', 'utf8'));
    const machine = fields.get('MemAvailable') ?? 0;
    const available = Math.min(machine, cgroupHeadroom('memory'));
    const limited = available < machine ? ", held down by this process's cgroup" : '';
    const found = `${formatBytes(available)} available of ${formatBytes(fields.get('MemTotal') ?? 0)}${limited}`;
    if (available >= WANTED_BYTES) return { status: 'ok', found };
    const fix = { command: null, advice: 'stop other programs, or use one node', automatic: false };
    return { status: available < REQUIRED_BYTES ? 'fail' : 'warn', found, fix };
  },
};
