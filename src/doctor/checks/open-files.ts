import { readFileSync } from 'node:fs';

import type { Check } from '../check.ts';

const NEEDED = 4096;

export const openFilesCheck: Check = {
  id: 'open-files',
  title: 'open files',
  drivers: ['embedded', 'kind', 'existing'],
  expected: `at least ${NEEDED} a process`,
  weight: 'wanted',
  needs: { linux: true },
  run() {
    // Node raises its soft limit to the hard one at start, and what it starts inherits that.
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1] ?? '0';
    if (soft === 'unlimited' || Number(soft) >= NEEDED) return { status: 'ok', found: `${soft} a process` };
    const fix = {
      command: `ulimit -Hn ${NEEDED * 16}`,
      advice: 'as root, in the shell that starts it',
      automatic: false,
    };
    return { status: 'warn', found: `${soft} a process`, fix };
  },
};
