import { describe, expect, it } from 'vitest';

import { cgroupFolders, cgroupLayout, cgroupPath } from '../../../src/cluster/embedded/cgroups.ts';

const V1 = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0
`;
const V2 = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nsdelegate 0 0\n';

describe('the cgroup layout', () => {
  it('is v1 where controllers are mounted, and still knows the v2 hierarchy beside them for the clean-up', () => {
    const layout = cgroupLayout(V1);
    expect(layout.version).toBe(1);
    expect(layout.hierarchies).toEqual(['/sys/fs/cgroup/cpu,cpuacct', '/sys/fs/cgroup/memory']);
    expect(layout.all).toContain('/sys/fs/cgroup/unified');
  });

  it('is v2 where there is one hierarchy', () => {
    expect(cgroupLayout(V2)).toEqual({
      version: 2,
      hierarchies: ['/sys/fs/cgroup'],
      all: ['/sys/fs/cgroup'],
    });
  });

  it('names the same folder for kubelet and shell', () => {
    expect(cgroupPath('dev-1', 'node1')).toBe('/drainbench/dev-1/node1');
    expect(cgroupFolders(cgroupLayout(V2), 'dev-1', 'node1')).toEqual([
      '/sys/fs/cgroup/drainbench/dev-1/node1',
    ]);
  });
});
