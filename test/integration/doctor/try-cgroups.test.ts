import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { parseCgroupMounts } from '../../../src/doctor/parse-cgroup-mounts.ts';
import { tryCgroupV1, tryCgroupV2 } from '../../../src/doctor/try-cgroups.ts';

const mounts = parseCgroupMounts(
  existsSync('/proc/self/mountinfo') ? readFileSync('/proc/self/mountinfo', 'utf8') : '',
);
const root = process.geteuid?.() === 0;

describe.skipIf(!root || mounts.v1.size === 0)('on v1', () => {
  test('a controller that is not mounted is said to be, and mounted ones work', () => {
    const [controller = ''] = mounts.v1.keys();
    expect(tryCgroupV1(mounts.v1, [controller, 'imaginary'])).toEqual(
      new Map([['imaginary', 'not mounted']]),
    );
  });
});

describe.skipIf(!root || mounts.v2 === null)('on v2', () => {
  const v2 = mounts.v2 ?? '';
  const words = (file: string) => readFileSync(join(v2, file), 'utf8').trim().split(/\s+/);

  test('a controller that is not offered is said to be', () => {
    expect(tryCgroupV2(v2, ['imaginary'])).toEqual(new Map([['imaginary', 'not in cgroup.controllers']]));
  });

  test('one that is offered works, and is handed down afterwards as it was before', () => {
    const controller = words('cgroup.controllers').find((name) => name !== '');
    if (controller === undefined) return;
    const before = words('cgroup.subtree_control');
    expect(tryCgroupV2(v2, [controller])).toEqual(new Map());
    expect(words('cgroup.subtree_control')).toEqual(before);
    expect(readdirSync(v2).filter((name) => name.startsWith('drainbench-doctor'))).toEqual([]);
  });
});
