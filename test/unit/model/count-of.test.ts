import { describe, expect, it } from 'vitest';

import { countOf } from '../../../src/model/count-of.ts';

describe('a count with its noun', () => {
  it('has the singular for one alone', () => {
    expect([0, 1, 2].map((count) => countOf(count, 'Pod'))).toEqual(['0 Pods', '1 Pod', '2 Pods']);
  });

  it('takes a plural that is no noun with an s', () => {
    expect(countOf(1, 'process', 'processes')).toBe('1 process');
    expect(countOf(2, 'process', 'processes')).toBe('2 processes');
  });

  it('groups its digits', () => {
    expect(countOf(70_000, 'request')).toBe('70,000 requests');
  });
});
