import { expect, test } from 'vitest';

import { compareVersions } from '../../../src/model/compare-versions.ts';

test.each([
  ['24.15.0', '24.15', 0],
  ['24.9.0', '24.15', -1],
  ['25.0.0', '24.15', 1],
  ['go1.26.8', '1.26.0', 1],
  ['go1.9', '1.26', -1],
  ['v20.20.2', '24.15', -1],
  ['1.27-rc.1', '1.26.9', 1],
  ['nothing', '0', 0],
])('%s against %s has the sign %i', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
  expect(Math.sign(compareVersions(b, a))).toBe(sign === 0 ? 0 : -sign);
});
