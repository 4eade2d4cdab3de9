import { expect, test } from 'vitest';

import { parseCgroupMounts } from '../../../src/doctor/parse-cgroup-mounts.ts';

const V2 = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';

test('one cgroup2 mount is the v2 layout', () => {
  expect(parseCgroupMounts(V2)).toEqual({ layout: 'v2', v1: new Map(), v2: '/sys/fs/cgroup' });
});

test('a v1 hierarchy of two controllers is found under both, and a named one under none', () => {
  const { layout, v1, v2 } = parseCgroupMounts(
    [
      '31 30 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct',
      '32 30 0:28 / /sys/fs/cgroup/systemd rw - cgroup systemd rw,xattr,name=systemd',
    ].join('\n'),
  );
  expect(layout).toBe('v1');
  expect([...v1]).toEqual([
    ['cpu', '/sys/fs/cgroup/cpu,cpuacct'],
    ['cpuacct', '/sys/fs/cgroup/cpu,cpuacct'],
  ]);
  expect(v2).toBeNull();
});

test('v1 controllers with a cgroup2 mount beside them are the hybrid layout', () => {
  const { layout, v2 } = parseCgroupMounts(
    [
      '33 30 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      '34 30 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
    ].join('\n'),
  );
  expect(layout).toBe('hybrid');
  expect(v2).toBe('/sys/fs/cgroup/unified');
});

test('without any cgroup mount the layout is none', () => {
  expect(parseCgroupMounts('23 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n').layout).toBe('none');
});

test('optional fields may be many or none, and blanks in a mount point are unescaped', () => {
  const line = String.raw`30 23 0:26 / /mnt/my\040cgroup rw shared:1 master:2 - cgroup2 none rw`;
  expect(parseCgroupMounts(line).v2).toBe('/mnt/my cgroup');
});
