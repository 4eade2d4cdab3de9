import fc from 'fast-check';
import { expect, it } from 'vitest';

import { wantsRetry } from '../../../src/load/wants-retry.ts';
import { OUTCOMES } from '../../../src/model/request-record.ts';
import { loadSpec } from './load-spec.ts';
import { record } from './record.ts';

const CLIENT = loadSpec({ retry: 'idempotent-once' });
const HUNG_UP = record({ requestOnConnection: 3, bytesRead: 0 });

it('wantsRetry repeats what met the end of a connection that was used before', () => {
  expect(wantsRetry(CLIENT, HUNG_UP, 'reset')).toBe(true);
  expect(wantsRetry(CLIENT, HUNG_UP, 'closed-early')).toBe(true);
  expect(wantsRetry({ ...CLIENT, method: 'HEAD' }, HUNG_UP, 'reset')).toBe(true);
});

it.each(['POST', 'PUT', 'DELETE', 'PATCH'] as const)(
  'wantsRetry repeats a %s only with a key that makes it safe',
  (method) => {
    expect(wantsRetry({ ...CLIENT, method }, HUNG_UP, 'reset')).toBe(false);
    for (const name of ['Idempotency-Key', 'x-idempotency-key']) {
      expect(wantsRetry({ ...CLIENT, method, headers: { [name]: '1' } }, HUNG_UP, 'reset')).toBe(true);
    }
  },
);

it('wantsRetry never repeats a second attempt, a first request of a connection, what was answered in part, or for no reason', () => {
  const any = fc.record({
    outcome: fc.constantFrom(...OUTCOMES),
    attempt: fc.nat(1),
    requestOnConnection: fc.option(fc.nat(2)),
    bytesRead: fc.nat(2),
    retry: fc.constantFrom('none' as const, 'idempotent-once' as const),
  });
  fc.assert(
    fc.property(any, ({ outcome, retry, ...request }) => {
      if (!wantsRetry({ ...CLIENT, retry }, request, outcome)) return;
      expect({ retry, attempt: request.attempt, bytesRead: request.bytesRead }).toEqual({
        retry: 'idempotent-once',
        attempt: 0,
        bytesRead: 0,
      });
      expect(request.requestOnConnection).toBeGreaterThan(0);
      expect(['reset', 'closed-early']).toContain(outcome);
    }),
  );
});
