import { describe, expect, it } from 'vitest';

import { parseListening } from '../../../src/observe/listening-sockets.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, state: string, inode: number) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 000000002d52005e 100 0 0 10 0\n`;

describe('the listening sockets of a network namespace', () => {
  it('are those in state LISTEN, with their address in order', () => {
    const table =
      HEAD + row('0100007F:1F90', '0A', 4711) + row('00000000:0050', '0A', 5) + row('0100007F:1F90', '01', 6);
    expect(parseListening(table)).toEqual([
      { address: '127.0.0.1', port: 8080, inode: '4711' },
      { address: '0.0.0.0', port: 80, inode: '5' },
    ]);
  });

  it.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000001000000', '::1'],
    ['B80D0120000000000000000001000000', '2001:db8::1'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1'],
  ])('have IPv6 addresses in words of 32 bits: %s', (hex, address) => {
    expect(parseListening(HEAD + row(`${hex}:1F90`, '0A', 7))).toEqual([{ address, port: 8080, inode: '7' }]);
  });

  it('are none in a table that cannot be read', () => {
    expect(parseListening('')).toEqual([]);
  });
});
