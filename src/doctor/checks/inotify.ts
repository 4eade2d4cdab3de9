import { readFileSync } from 'node:fs';

import { INOTIFY_NEEDS } from '../../cluster/kind/inotify-needs.ts';
import type { Check } from '../check.ts';
import { asRoot } from '../install-fix.ts';

const LIMITS = Object.entries(INOTIFY_NEEDS);

export const inotifyCheck: Check = {
  id: 'inotify',
  title: 'inotify limits',
  drivers: ['embedded', 'kind'],
  expected: LIMITS.map(([limit, needed]) => `fs.inotify.${limit} ≥ ${needed}`).join(', '),
  weight: 'wanted',
  needs: { linux: true },
  run({ host }) {
    const found = LIMITS.map(([limit, needed]) => {
      const value = Number(readFileSync(`/proc/sys/fs/inotify/${limit}`, 'utf8'));
      return { limit, needed, value };
    });
    const values = found.map(({ limit, value }) => `${limit} ${value}`).join(', ');
    const low = found.filter(({ needed, value }) => value < needed);
    if (low.length === 0) return { status: 'ok', found: values };
    const wanted = low.map(({ limit, needed }) => `fs.inotify.${limit}=${needed}`).join(' ');
    const command = `${asRoot(host)}sysctl -w ${wanted}`;
    const worse = `${values}: clusters of several nodes may stop with "too many open files"`;
    return { status: 'warn', found: worse, fix: { command, automatic: true } };
  },
};
