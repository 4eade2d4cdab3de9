import { readFileSync } from 'node:fs';

import type { DiagnosisHost, Fix } from '../../model/diagnosis.ts';
import { cgroupLayout } from '../../cluster/embedded/cgroups.ts';
import type { Check } from '../check.ts';
import { asRoot } from '../install-fix.ts';
import { parseCgroupMounts, type CgroupMounts } from '../parse-cgroup-mounts.ts';
import { tryCgroupV1, tryCgroupV2 } from '../try-cgroups.ts';

const V1_CONTROLLERS = ['cpu', 'cpuacct', 'cpuset', 'memory', 'pids', 'devices', 'freezer'];
/** v2 has no devices or freezer controller: eBPF and cgroup.freeze are always there. */
const V2_CONTROLLERS = ['cpu', 'cpuset', 'memory', 'pids'];

export const cgroupsCheck: Check = {
  id: 'cgroups',
  title: 'cgroups',
  drivers: ['embedded'],
  expected: `a cgroup can be made under each of ${V1_CONTROLLERS.join(', ')} (v1), or ${V2_CONTROLLERS.join(', ')} (v2)`,
  weight: 'required',
  needs: { linux: true, root: true },
  run({ host }) {
    const mounts = parseCgroupMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
    const useV1 = cgroupLayout().version === 1;
    const failures = useV1
      ? tryCgroupV1(mounts.v1, V1_CONTROLLERS)
      : tryCgroupV2(mounts.v2 ?? '/sys/fs/cgroup', V2_CONTROLLERS);
    const tried = useV1 ? V1_CONTROLLERS : V2_CONTROLLERS;
    const found = `${mounts.layout} layout, using ${useV1 ? 'v1' : 'v2'}`;
    if (failures.size === 0)
      return { status: 'ok', found: `${found}: made and removed one in ${tried.join(', ')}` };

    const problems = [...failures].map(([controller, why]) => `${controller}: ${why}`);
    return {
      status: 'fail',
      found: `${found}; ${problems.join('; ')}`,
      fix: cgroupFix(host, mounts, [...failures.keys()], useV1),
    };
  },
};

function cgroupFix(host: DiagnosisHost, mounts: CgroupMounts, failed: string[], useV1: boolean): Fix {
  const enabled = enabledControllers(readFileSync('/proc/cgroups', 'utf8'));
  const unmounted = failed.filter((controller) => !mounts.v1.has(controller));
  if (
    useV1 &&
    unmounted.length === failed.length &&
    unmounted.every((controller) => enabled.has(controller))
  ) {
    const mount = (controller: string): string =>
      `mkdir -p /sys/fs/cgroup/${controller} && mount -t cgroup -o ${controller} cgroup /sys/fs/cgroup/${controller}`;
    const command = `${asRoot(host)}sh -c '${unmounted.map(mount).join(' && ')}'`;
    return { command, automatic: true };
  }
  const advice = failed.some((controller) => !enabled.has(controller))
    ? `boot with the kernel option cgroup_enable=${failed.filter((name) => !enabled.has(name)).join(',')}`
    : 'in a container: start it with --privileged --cgroupns=host, so that cgroups are writable';
  return { command: null, advice, automatic: false };
}

/** Lines of /proc/cgroups: name, hierarchy, number of cgroups, enabled. */
function enabledControllers(procCgroups: string): Set<string> {
  const rows = procCgroups.split('\n').map((line) => line.split('\t'));
  return new Set(
    rows.flatMap(([name, , , enabled]) => (enabled === '1' && name !== undefined ? [name] : [])),
  );
}
