import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { newestTimeOf, shiftRowTimes } from '../../../src/load/shift-row-times.ts';
import { withinCluster } from '../../../src/load/name-cache.ts';

const row = '7,fresh,native,3,0,0.25,1000,1200,,1900,GET,"/a,b",40000,refused,,ECONNREFUSED,,0,0';

describe('the times of a ledger’s row', () => {
  it('are all shifted by what holds at the newest one, and nothing else is touched', () => {
    expect(shiftRowTimes(row, (timeNs) => (timeNs === 1900 ? 50.4 : 0))).toBe(
      '7,fresh,native,3,0,0.25,1050,1250,,1950,GET,"/a,b",40000,refused,,ECONNREFUSED,,0,0',
    );
    expect(newestTimeOf(row)).toBe(1900);
    expect(newestTimeOf('1,l,native,,,,12.5,,,,GET,/,,not-sent,,GENERATOR_LATE,,0,0')).toBe(12.5);
  });

  it('stay in their order whatever the shift', () => {
    const times = fc.tuple(fc.nat(1e15), fc.nat(1e9), fc.nat(1e9), fc.nat(1e9));
    fc.assert(
      fc.property(times, fc.double({ min: -1e15, max: 1e15, noNaN: true }), ([a, b, c, d], offset) => {
        const shifted = shiftRowTimes(
          `1,l,native,1,0,0,${a},${a + b},${a + b + c},${a + b + c + d},GET,/,1,ok,200,,p,1,0`,
          () => offset,
        );
        const found = shifted.split(',').slice(6, 10).map(Number);
        expect(found).toEqual(found.toSorted((x, y) => x - y));
      }),
    );
  });

  it('are not looked for in what is no row', () => {
    expect(() => shiftRowTimes('half a row', () => 0)).toThrow(/not a row/);
  });
});

describe('the name of a Service', () => {
  it('is looked up in the cluster’s own domain, as the Pod’s search list tells it', () => {
    const conf = 'search ns.svc.example.org svc.example.org example.org\nnameserver 10.0.0.10\n';
    expect(withinCluster('app.ns.svc', conf)).toBe('app.ns.svc.example.org');
    expect(withinCluster('app.ns.svc', 'nameserver 10.0.0.10\n')).toBe('app.ns.svc');
    expect(withinCluster('elsewhere.test', conf)).toBe('elsewhere.test');
  });
});
