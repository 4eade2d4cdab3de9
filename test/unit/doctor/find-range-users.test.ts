import { expect, test } from 'vitest';

import { findOwnLinks, findRangeUsers } from '../../../src/doctor/find-range-users.ts';

const RANGE = '198.18.0.0/15';
const address = (ifname: string, local: string, prefixlen: number) => ({
  ifname,
  addr_info: [{ local, prefixlen }],
});

test('a host on another network uses none of it', () => {
  const routes = [
    { dst: 'default', gateway: '192.0.2.1', dev: 'eth0' },
    { dst: '192.0.2.0/24', dev: 'eth0' },
  ];
  expect(findRangeUsers(RANGE, [address('eth0', '192.0.2.2', 24)], routes)).toEqual([]);
});

test('an address in the upper half is found, once for its link although routes repeat it', () => {
  const routes = [
    { dst: '198.19.0.0/16', dev: 'tun0' },
    { type: 'local', dst: '198.19.0.1', dev: 'tun0' },
  ];
  expect(findRangeUsers(RANGE, [address('tun0', '198.19.0.1', 16)], routes)).toEqual([
    { range: '198.19.0.1/16', link: 'tun0' },
  ]);
});

test('a route without an address of ours is found too', () => {
  expect(findRangeUsers(RANGE, [], [{ dst: '198.18.5.0/24', dev: 'wg0' }])).toEqual([
    { range: '198.18.5.0/24', link: 'wg0' },
  ]);
});

test('a range that contains all of ours overlaps it, its neighbours do not', () => {
  const routes = [
    { dst: '198.16.0.0/12', dev: 'vpn0' },
    { dst: '198.20.0.0/16', dev: 'eth1' },
    { dst: '198.17.255.0/24', dev: 'eth2' },
  ];
  expect(findRangeUsers(RANGE, [], routes).map((user) => user.link)).toEqual(['vpn0']);
});

test("our own boxes' links do not count", () => {
  const routes = [{ dst: '198.18.24.0/21', dev: 'dbh0' }];
  expect(findRangeUsers(RANGE, [address('dbh0', '198.18.16.254', 24)], routes)).toEqual([]);
});

test('what is not as expected is passed over', () => {
  expect(findRangeUsers(RANGE, null, [null, 'odd', { dst: 7 }, { dst: 'fe80::/64', dev: 'eth0' }])).toEqual(
    [],
  );
});

test('a range that is none is an error of the caller', () => {
  expect(() => findRangeUsers('fd00::/8', [], [])).toThrow('not an IPv4 range: fd00::/8');
});

test('links of our own boxes are known, and no user of the range by accident', () => {
  const addresses = [address('dbh3', '198.18.112.254', 24), address('dbhost', '198.18.1.1', 24)];
  expect(findOwnLinks(addresses)).toEqual(['dbh3']);
  expect(findRangeUsers(RANGE, addresses, [])).toEqual([{ range: '198.18.1.1/24', link: 'dbhost' }]);
});
