import { expect, test } from 'vitest';

import { missingCapabilities } from '../../../src/doctor/parse-capabilities.ts';

test('a full set misses nothing', () => {
  expect(missingCapabilities('CapEff:\t000001ffffffffff\n', ['CAP_SYS_ADMIN', 'CAP_SYS_RESOURCE'])).toEqual(
    [],
  );
});

test('a cleared bit 24 means that CAP_SYS_RESOURCE is missing', () => {
  const status = 'CapPrm:\t000001ffffffffff\nCapEff:\t000001fffeffffff\n';
  expect(missingCapabilities(status, ['CAP_SYS_ADMIN', 'CAP_SYS_RESOURCE'])).toEqual(['CAP_SYS_RESOURCE']);
});

test('the default set of a container lacks what a box needs, but not CAP_MKNOD', () => {
  const status = 'CapEff:\t00000000a80425fb\n';
  expect(missingCapabilities(status, ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN', 'CAP_MKNOD', 'CAP_NET_RAW'])).toEqual(
    ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'],
  );
});

test('a status without the line holds no capability', () => {
  expect(missingCapabilities('Name:\tnode\n', ['CAP_NET_RAW'])).toEqual(['CAP_NET_RAW']);
});
