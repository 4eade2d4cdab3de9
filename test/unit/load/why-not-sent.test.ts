import { describe, expect, it } from 'vitest';

import { WhyNotSent } from '../../../src/load/why-not-sent.ts';

const ms = (value: number): number => value * 1e6;

describe('a request that is given up', () => {
  it('is the generator’s doing where nothing was in the way', () => {
    const why = new WhyNotSent();
    expect(why.errorCode(ms(10), ms(120))).toBe('GENERATOR_LATE');
    why.blockedBy('CONCURRENCY_LIMIT', ms(5), ms(6));
    why.clear();
    expect(why.errorCode(ms(10), ms(120))).toBe('GENERATOR_LATE');
  });

  it('is the obstacle’s doing for as long as the generator looked when it meant to', () => {
    const why = new WhyNotSent();
    why.blockedBy('CONCURRENCY_LIMIT', ms(10), ms(110));
    expect(why.errorCode(ms(10), ms(111))).toBe('CONCURRENCY_LIMIT');
    // Due after the look, and known all the same: the connection would have said that it is free.
    expect(why.errorCode(ms(10.9), ms(111))).toBe('CONCURRENCY_LIMIT');
    why.blockedBy('LEDGER_BEHIND', ms(111), ms(112));
    expect(why.errorCode(ms(11), ms(113))).toBe('LEDGER_BEHIND');
  });

  it('is the generator’s doing where it came due after the last look of one that then slept', () => {
    const why = new WhyNotSent();
    why.blockedBy('CONCURRENCY_LIMIT', ms(10), ms(11));
    expect(why.errorCode(ms(9), ms(500))).toBe('CONCURRENCY_LIMIT');
    expect(why.errorCode(ms(20), ms(500))).toBe('GENERATOR_LATE');
  });
});
