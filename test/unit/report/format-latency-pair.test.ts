import { expect, it } from 'vitest';

import { formatAtLeast } from '../../../src/report/format-at-least.ts';
import { formatLatencyPair } from '../../../src/report/format-latency-pair.ts';

it('a percentile that is a lower bound is written as at least so much', () => {
  const before = { p50: 20, p99: 31, lowerBounds: [] };
  const after = { p50: 21, p99: 1040, lowerBounds: ['p99' as const] };
  expect(formatLatencyPair('p50', before, after)).toBe('20 → 21 ms');
  expect(formatLatencyPair('p99', before, after)).toBe('31 ms → ≥ 1.04 s');
  expect(formatAtLeast(1040, false)).toBe('1.04 s');
  expect(formatAtLeast(null, true)).toBe('–');
});
