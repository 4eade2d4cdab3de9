import { describe, expect, it } from 'vitest';

import { containerOfCgroup } from '../../../../src/observe/kernel-trace/container-of-cgroup.ts';

const podUid = '92f19e41-d4d2-4841-a330-d05fe3b7250c';
const containerId = '11e68643065cc21b82f18c8d5007066237c260eb5f2b6eccf8d3dc6ee2fb91db';
const slice = `kubepods-burstable-pod${podUid.replaceAll('-', '_')}.slice`;

describe('the container of a cgroup', () => {
  it.each([
    [
      'cgroupfs on v1, a line a hierarchy',
      `9:name=systemd:/\n8:pids:/kubepods/burstable/pod${podUid}/${containerId}\n0::/`,
    ],
    [
      'cgroupfs on v1, in a box',
      `4:memory:/drainbench/kt/node1/kubepods/besteffort/pod${podUid}/${containerId}`,
    ],
    ['cgroupfs on v2', `0::/kubepods/pod${podUid}/${containerId}`],
    [
      'systemd on v1',
      `1:cpu:/kubepods.slice/kubepods-burstable.slice/${slice}/cri-containerd-${containerId}.scope`,
    ],
    [
      'systemd on v2, in a kind node',
      `0::/system.slice/docker-${'a'.repeat(64)}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-${slice}/cri-containerd-${containerId}.scope`,
    ],
    [
      "systemd's form with the cgroupfs driver",
      `0::/system.slice/containerd.service/${slice}:cri-containerd:${containerId}`,
    ],
    [
      'a cgroup that the container made inside its own',
      `0::/kubepods/pod${podUid}/${containerId}/init.scope`,
    ],
    ['seen from inside a cgroup namespace', `0::/../../kubepods/pod${podUid}/${containerId}`],
    ['a path without a hierarchy', `/kubepods/besteffort/pod${podUid}/${containerId}`],
    [
      'a cluster inside a Pod: the innermost',
      `0::/kubepods/pod${'1'.repeat(32)}/${'b'.repeat(64)}/kubepods/pod${podUid}/${containerId}`,
    ],
  ])('is found: %s', (_layout, text) => {
    expect(containerOfCgroup(text)).toEqual({ podUid, containerId });
  });

  it('is found for a Pod from a file, which has a hash for its UID', () => {
    const hash = '0123456789abcdef0123456789abcdef';
    expect(containerOfCgroup(`0::/kubepods/burstable/pod${hash}/${containerId}`)?.podUid).toBe(hash);
  });

  it.each([
    ['a process of the host', '9:name=systemd:/\n0::/user.slice/user-0.slice'],
    ['a Docker container', `0::/docker/${containerId}`],
    ["a Pod's own cgroup", `0::/kubepods/besteffort/pod${podUid}`],
    ['an id of another length', `0::/kubepods/pod${podUid}/${containerId}0`],
    ['nothing', ''],
  ])('is null for %s', (_case, text) => {
    expect(containerOfCgroup(text)).toBeNull();
  });
});
