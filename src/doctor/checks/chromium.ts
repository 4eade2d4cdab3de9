import type { Check } from '../check.ts';
import { findOnPath } from '../find-on-path.ts';
import { installFix } from '../install-fix.ts';

export const chromiumCheck: Check = {
  id: 'chromium',
  title: 'Chromium',
  drivers: ['embedded'],
  expected: "only needed for drainbench's own browser tests",
  weight: 'optional',
  run({ env, host }) {
    const file = findOnPath('chromium', env['PATH']);
    if (file !== null) return { status: 'ok', found: file };
    return { status: 'info', found: 'not on the PATH', fix: installFix(host, ['chromium'], false) };
  },
};
