import { describe, expect, it } from 'vitest';

import { limitByClock } from '../../../../src/analyze/attribution/limit-by-clock.ts';
import type { Attribution } from '../../../../src/model/attribution.ts';

const certain: Attribution = {
  cause: 'listener-closed-still-routed',
  confidence: 'certain',
  because: 'it no longer listened',
  candidates: [],
  missing: [],
  evidence: [],
  pod: 'p',
  podUid: 'u',
  podNode: 'n',
  podProof: 'conntrack',
  sentByNode: 'n',
};

describe('a cause of a request whose load had a clock of its own', () => {
  it('is never certain, and says what would have told more', () => {
    const limited = limitByClock(certain, 1.5e6);
    expect(limited.confidence).toBe('likely');
    expect(limited.missing).toEqual([expect.stringContaining('± 1.5 ms')]);
    expect(limitByClock({ ...certain, confidence: 'weak' }, 1.5e6).confidence).toBe('weak');
  });

  it('stays as it is where the clock was the harness’ own', () => {
    expect(limitByClock(certain, 0)).toBe(certain);
  });
});
