import { describe, expect, it } from 'vitest';

import { folderOfCgroup } from '../../../../src/observe/kernel-trace/cgroup-containers.ts';

describe('the folder of a cgroup that the kernel names', () => {
  const box = '/sys/fs/cgroup/pids/drainbench/box-1/kubepods';
  const systemd = '/sys/fs/cgroup/kubepods.slice';
  const kind = '/sys/fs/cgroup/docker/c0ffee/kubelet.slice/kubelet-kubepods.slice';

  it.each([
    ['/drainbench/box-1/kubepods/besteffort/poda/b', `${box}/besteffort/poda/b`],
    ['/kubepods.slice/kubepods-pod1.slice/cri-b.scope', `${systemd}/kubepods-pod1.slice/cri-b.scope`],
    [
      '/docker/c0ffee/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod1.slice/cri-b.scope',
      `${kind}/kubelet-kubepods-pod1.slice/cri-b.scope`,
    ],
  ])('is below the folder of its own kubelet: %s', (path, folder) => {
    expect(folderOfCgroup([box, systemd, kind], path)).toBe(folder);
  });

  it('is not taken for one of a cluster inside', () => {
    const own = '/sys/fs/cgroup/pids/kubepods';
    expect(folderOfCgroup([box, own], '/kubepods/poda/b')).toBe(`${own}/poda/b`);
  });

  it.each(['/drainbench/box-2/kubepods/besteffort/poda/b', '/system.slice/x.service', '/kubepods'])(
    'is not known of another kubelet, or of none: %s',
    (path) => {
      expect(folderOfCgroup([box, kind], path)).toBeNull();
    },
  );
});
