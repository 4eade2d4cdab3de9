import { readFileSync } from 'node:fs';

import type { Check } from '../check.ts';
import { formatBytes } from '../format-bytes.ts';
import { parseMeminfo } from '../parse-meminfo.ts';

export const swapCheck: Check = {
  id: 'swap',
  title: 'swap',
  drivers: ['embedded'],
  expected: 'none in use: paging shows up as latency',
  weight: 'optional',
  needs: { linux: true },
  run() {
    const fields = parseMeminfo(readFileSync('/proc/meminfo', 'utf8'));
    const total = fields.get('SwapTotal') ?? 0;
    if (total === 0) return { status: 'ok', found: 'none' };
    const used = total - (fields.get('SwapFree') ?? 0);
    const found = `${formatBytes(used)} of ${formatBytes(total)} in use; kubelets run with failSwapOn: false`;
    return { status: used > 0 ? 'info' : 'ok', found };
  },
};
