import { describe, expect, it } from 'vitest';

import { fits } from '../../truth/distractor.ts';
import { ALL_DISTRACTORS } from '../../truth/distractors/all-distractors.ts';
import { ALL_FAULTS } from '../../truth/faults/all-faults.ts';
import { PROXY_MODES } from '../../truth/play.ts';
import { programme, type Choice } from '../../truth/programme.ts';

const everything: Choice = { proxyModes: PROXY_MODES, faults: null, distractors: null, casts: null };
const plays = programme(everything);

describe('the programme of the truth tests', () => {
  it('plays every fault alone, and beside every distractor that it keeps its meaning with', () => {
    for (const fault of ALL_FAULTS) {
      const own = plays.filter((play) => play.fault === fault);
      expect(
        own.some(({ distractors }) => distractors.length === 0),
        fault.name,
      ).toBe(true);
      for (const distractor of ALL_DISTRACTORS.filter((each) => fits(each, fault))) {
        const beside = own.some(({ distractors }) => distractors.includes(distractor));
        expect(beside, `${fault.name} beside ${distractor.name}`).toBe(true);
      }
    }
  });

  it('plays every fault in every proxy mode', () => {
    for (const fault of ALL_FAULTS) {
      const modes = new Set(plays.filter((play) => play.fault === fault).map(({ proxyMode }) => proxyMode));
      expect([...modes], fault.name).toEqual(PROXY_MODES);
    }
  });

  it('plays no fault beside what would take its meaning away', () => {
    expect(plays.filter(({ fault, distractors }) => distractors.some((each) => !fits(each, fault)))).toEqual(
      [],
    );
  });

  it('plays a fault with just the distractors that were asked for', () => {
    const chosen = programme({
      ...everything,
      proxyModes: ['nftables'],
      faults: ['draining-503'],
      distractors: ['exec-hook', 'uploads'],
    });
    expect(chosen.map(({ fault, distractors }) => [fault.name, distractors.map(({ name }) => name)])).toEqual(
      [['draining-503', ['exec-hook', 'uploads']]],
    );
    expect(programme({ ...everything, faults: ['calm'], distractors: [] })[0]).toMatchObject({
      cast: 'plain',
    });
  });

  it('refuses a name that is none rather than play less', () => {
    expect(() => programme({ ...everything, faults: ['no-such'] })).toThrow('no fault no-such');
    expect(() => programme({ ...everything, distractors: ['no-such'] })).toThrow('no distractor no-such');
    expect(() => programme({ ...everything, casts: ['no-such'] })).toThrow('no cast no-such');
  });

  it('gives every fault and every distractor a name of its own', () => {
    for (const all of [ALL_FAULTS, ALL_DISTRACTORS]) {
      expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    }
  });
});
