import { expect, test } from 'vitest';

import { parseMeminfo } from '../../../src/doctor/parse-meminfo.ts';

test('kB are KiB, plain counts stay counts, and other lines are ignored', () => {
  const fields = parseMeminfo(
    'MemTotal:       24684084 kB\nMemAvailable:   1024 kB\nHugePages_Total:       3\n\nodd\n',
  );
  expect(fields.get('MemTotal')).toBe(24_684_084 * 1024);
  expect(fields.get('MemAvailable')).toBe(2 ** 20);
  expect(fields.get('HugePages_Total')).toBe(3);
  expect(fields.has('SwapTotal')).toBe(false);
});
