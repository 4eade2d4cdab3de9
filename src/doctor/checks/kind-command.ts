import type { Check } from '../check.ts';
import { findOnPath } from '../find-on-path.ts';

export const kindCommandCheck: Check = {
  id: 'kind-command',
  title: 'kind',
  drivers: ['kind'],
  expected: 'on the PATH, or built from tools/',
  weight: 'wanted',
  async run(context) {
    const file = findOnPath('kind', context.env['PATH']);
    if (file === null) {
      const fix = { command: 'npx drainbench tools build kind', automatic: false };
      return { status: 'info', found: 'not on the PATH: it is built from tools/ when first needed', fix };
    }
    const version = await context.run(file, ['version']);
    return version.ok
      ? { status: 'ok', found: version.stdout.trim() }
      : { status: 'warn', found: version.reason };
  },
};
