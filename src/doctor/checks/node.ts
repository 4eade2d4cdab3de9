import type { Check } from '../check.ts';
import { compareVersions } from '../../model/compare-versions.ts';

/** package.json, engines.node. */
const NEEDED = '24.15';

export const nodeCheck: Check = {
  id: 'node',
  title: 'Node',
  drivers: ['embedded', 'kind', 'existing'],
  expected: `≥ ${NEEDED}`,
  weight: 'required',
  run() {
    const found = process.versions.node;
    if (compareVersions(found, NEEDED) >= 0) return { status: 'ok', found };
    return { status: 'fail', found, fix: { command: 'make setup', automatic: false } };
  },
};
