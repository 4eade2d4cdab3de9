import { readFileSync } from 'node:fs';

import type { Check } from '../check.ts';
import { asRoot } from '../install-fix.ts';

const KEY = 'fs.inotify.max_user_instances';
/** 128, the kernel's default, made kube-proxy of a three-node kind cluster fail: "too many open files". */
const NEEDED = 512;

export const inotifyCheck: Check = {
  id: 'inotify',
  title: 'inotify instances',
  drivers: ['embedded', 'kind'],
  expected: `${KEY} ≥ ${NEEDED}`,
  weight: 'wanted',
  needs: { linux: true },
  run({ host }) {
    const limit = Number(readFileSync('/proc/sys/fs/inotify/max_user_instances', 'utf8'));
    if (limit >= NEEDED) return { status: 'ok', found: `${limit} a user` };
    const command = `${asRoot(host)}sysctl -w ${KEY}=${NEEDED}`;
    const found = `${limit} a user: clusters of several nodes may stop with "too many open files"`;
    return { status: 'warn', found, fix: { command, automatic: true } };
  },
};
