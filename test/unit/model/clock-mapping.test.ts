import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ClockMapping, MAX_DRIFT, type ClockSample } from '../../../src/model/clock-mapping.ts';
import { RemoteClock } from '../../../src/model/remote-clock.ts';

/** A remote clock whose pace changes from stretch to stretch, within the bound. */
interface World {
  readonly offsetNs: number;
  readonly stretches: readonly { readonly remoteNs: number; readonly drift: number }[];
}

/** What our clock shows when the remote one shows `remoteNs`. */
function oursAt({ offsetNs, stretches }: World, remoteNs: number): number {
  let ours = offsetNs;
  let left = remoteNs;
  for (const stretch of stretches) {
    const inside = Math.min(left, stretch.remoteNs);
    ours += inside * (1 + stretch.drift);
    left -= inside;
  }
  return ours + left;
}

const worlds = fc.record({
  offsetNs: fc.integer({ min: -1e15, max: 1e15 }),
  stretches: fc.array(
    fc.record({
      remoteNs: fc.integer({ min: 1, max: 20e9 }),
      drift: fc.double({ min: -0.9 * MAX_DRIFT, max: 0.9 * MAX_DRIFT, noNaN: true }),
    }),
    { maxLength: 8 },
  ),
});
const remoteTimes = fc.integer({ min: 0, max: 60e9 });
const delays = fc.integer({ min: 0, max: 300e6 });
const asks = fc.array(fc.record({ at: remoteTimes, there: delays, back: delays }), {
  minLength: 1,
  maxLength: 60,
});

function sampleOf(
  world: World,
  { at, there, back }: { at: number; there: number; back: number },
): ClockSample {
  const ours = oursAt(world, at);
  return { sentNs: ours - there, receivedNs: ours + back, remoteNs: at };
}

describe('the mapping of another clock', () => {
  it('never leaves the true time outside of mapped ± uncertainty, whatever the delays', () => {
    fc.assert(
      fc.property(worlds, asks, fc.array(remoteTimes, { minLength: 1 }), (world, questions, events) => {
        const mapping = new ClockMapping();
        for (const question of questions.toSorted((a, b) => a.at - b.at)) {
          expect(mapping.add(sampleOf(world, question))).toBe(true);
        }
        for (const event of events) {
          const { atNs, uncertaintyNs } = mapping.toOurs(event);
          // Doubles of this size are good to a tenth of a microsecond.
          expect(Math.abs(oursAt(world, event) - atNs)).toBeLessThanOrEqual(uncertaintyNs + 1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is at least as good as half the way there and back of the best sample near by', () => {
    fc.assert(
      fc.property(worlds, asks, (world, questions) => {
        const mapping = new ClockMapping();
        const samples = questions.toSorted((a, b) => a.at - b.at).map((each) => sampleOf(world, each));
        for (const sample of samples) mapping.add(sample);
        for (const { remoteNs, sentNs, receivedNs } of samples) {
          expect(mapping.toOurs(remoteNs).uncertaintyNs).toBeLessThanOrEqual((receivedNs - sentNs) / 2 + 1);
        }
      }),
    );
  });

  it('notices a clock that stood still for longer than the delays can explain, and starts anew', () => {
    const mapping = new ClockMapping();
    expect(mapping.add({ sentNs: 1e9, receivedNs: 1.002e9, remoteNs: 1e9 })).toBe(true);
    expect(mapping.add({ sentNs: 2e9, receivedNs: 2.002e9, remoteNs: 2e9 })).toBe(true);
    expect(mapping.add({ sentNs: 5e9, receivedNs: 5.002e9, remoteNs: 3e9 })).toBe(false);
    expect(mapping.toOurs(3e9)).toEqual({ atNs: 5.001e9, uncertaintyNs: 1e6 });
    // What was before stays as it was; in between, either may be true.
    expect(mapping.toOurs(1e9)).toEqual({ atNs: 1.001e9, uncertaintyNs: 1e6 });
    const between = mapping.toOurs(2.5e9);
    expect(between.atNs - between.uncertaintyNs).toBeLessThanOrEqual(2.5e9);
    expect(between.atNs + between.uncertaintyNs).toBeGreaterThanOrEqual(4.5e9);
  });

  it('forgets no stretch of a long trial: old times stay nearly as certain as new ones', () => {
    const mapping = new ClockMapping();
    for (let second = 0; second < 1200; second += 0.5) {
      const at = second * 1e9;
      mapping.add({ sentNs: at - 1e6, receivedNs: at + 1e6, remoteNs: at });
    }
    for (const second of [0, 60.3, 300.7, 1199]) {
      expect(mapping.toOurs(second * 1e9).uncertaintyNs).toBeLessThan(1.3e6);
    }
  });
});

const here = { bootId: 'b1', timeNamespace: 'time:[1]' };

describe('the clock of another process', () => {
  it('adds nothing where it is the same clock, and counts from run start', () => {
    const clock = new RemoteClock(here, { ...here, originNs: '5000' }, 3000n);
    expect(clock.toRun(10)).toEqual({ atNs: 2010, uncertaintyNs: 0 });
    expect(clock.settledUntilNs).toBe(Infinity);
    const id = clock.asked(2000);
    expect(clock.answered(id, 20, 2100)).toMatchObject({ contradicts: false });
  });

  it.each([
    ['another boot', { bootId: 'b2', timeNamespace: 'time:[1]' }],
    ['another time namespace', { bootId: 'b1', timeNamespace: 'time:[2]' }],
  ])('is another clock with %s', (_, there) => {
    const clock = new RemoteClock(here, { ...there, originNs: '5000' }, 3000n);
    expect(clock.shared).toBe(false);
    clock.answered(clock.asked(1000), 50, 1200);
    expect(clock.toRun(50)).toEqual({ atNs: 1100, uncertaintyNs: 100 });
  });

  it('does not believe in a shared clock that an answer disproves', () => {
    const clock = new RemoteClock(here, { ...here, originNs: '5000' }, 3000n);
    expect(clock.answered(clock.asked(9000), 20, 9100)).toMatchObject({ contradicts: true });
    expect(clock.shared).toBe(false);
    expect(clock.toRun(20)).toEqual({ atNs: 9050, uncertaintyNs: 50 });
  });

  it('knows no answer to what it did not ask', () => {
    const clock = new RemoteClock(here, { ...here, originNs: '5000' }, 3000n);
    expect(clock.answered(7, 20, 9100)).toBeNull();
  });
});
