import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../../src/cluster/kube/retry-after.ts';

test('the wait that a Retry-After asks for is what it says, however long', () => {
  expect(retryAfterMs('1')).toBe(1000);
  expect(retryAfterMs('600')).toBe(600_000);
});

test('the wait stays within what a timer can wait: a longer one would fire at once', () => {
  expect(retryAfterMs('99999999999')).toBe(2 ** 31 - 1);
});

test.each([undefined, '', '-1', 'Wed, 21 Oct 2026 07:28:00 GMT', ['1']])(
  'a Retry-After of %j asks for no wait',
  (header) => {
    expect(retryAfterMs(header)).toBe(0);
  },
);
