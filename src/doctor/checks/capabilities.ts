import { readFileSync } from 'node:fs';

import type { Check } from '../check.ts';
import { missingCapabilities } from '../parse-capabilities.ts';

const REQUIRED = [
  'CAP_SYS_ADMIN',
  'CAP_NET_ADMIN',
  'CAP_NET_RAW',
  'CAP_SYS_CHROOT',
  'CAP_SYS_PTRACE',
  'CAP_MKNOD',
] as const;

export const capabilitiesCheck: Check = {
  id: 'capabilities',
  title: 'capabilities',
  drivers: ['embedded'],
  expected: `${REQUIRED.join(', ')}; CAP_SYS_RESOURCE is welcome`,
  weight: 'required',
  needs: { linux: true, root: true },
  run() {
    const status = readFileSync('/proc/self/status', 'utf8');
    const missing = missingCapabilities(status, REQUIRED);
    if (missing.length > 0) {
      const advice = 'run it in a container started with --privileged, or on the host';
      return {
        status: 'fail',
        found: `without ${missing.join(', ')}`,
        fix: { command: null, advice, automatic: false },
      };
    }
    if (missingCapabilities(status, ['CAP_SYS_RESOURCE']).length > 0) {
      return {
        status: 'info',
        found: 'all but CAP_SYS_RESOURCE: containerd runs with restrict_oom_score_adj',
      };
    }
    return { status: 'ok', found: 'all of them' };
  },
};
