import type { Check } from '../check.ts';

export const rootCheck: Check = {
  id: 'root',
  title: 'root',
  drivers: ['embedded'],
  expected: 'effective user id 0',
  weight: 'required',
  run({ host }) {
    const found = host.uid === null ? 'no user ids on this platform' : `user id ${host.uid}`;
    if (host.uid === 0) return { status: 'ok', found };
    // Never run by --fix: it cannot turn the running process into root.
    return { status: 'fail', found, fix: { command: 'sudo npx drainbench doctor', automatic: false } };
  },
};
