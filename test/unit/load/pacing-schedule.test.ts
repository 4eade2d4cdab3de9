import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueNs, laneDueNs } from '../../../src/load/pacing-schedule.ts';

const rates = fc.double({ min: 0.1, max: 20_000, noNaN: true });
/** Up to 11 days into a run. */
const starts = fc.integer({ min: 0, max: 1e15 });

describe('dueNs', () => {
  it('spaces requests evenly for a day: no drift, no burst', () => {
    fc.assert(
      fc.property(starts, rates, fc.nat(86_400), (startNs, rate, seconds) => {
        const index = Math.floor(seconds * rate);
        const gap = dueNs(startNs, rate, index + 1) - dueNs(startNs, rate, index);
        expect(Math.abs(gap - 1e9 / rate)).toBeLessThanOrEqual(3);
        expect(dueNs(startNs, rate, 0)).toBe(startNs);
      }),
    );
  });

  it('is due exactly once a millisecond at 1,000 a second', () => {
    expect([0, 1, 2, 3_600_000].map((index) => dueNs(5, 1000, index))).toEqual([
      5, 1_000_005, 2_000_005, 3_600_000_000_005,
    ]);
  });
});

describe('lanes', () => {
  it('share one even schedule without gap or overlap', () => {
    const turns = [0, 1, 2].flatMap((turn) =>
      [0, 1, 2].map((number) => laneDueNs({ startNs: 0, ratePerSecond: 30, lane: number, lanes: 3 }, turn)),
    );
    expect(turns).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8].map((index) => dueNs(0, 30, index)));
  });
});
