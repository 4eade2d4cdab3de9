import { expect, it } from 'vitest';
import { classifyOutcome } from '../../../../src/load/classify-outcome.ts';
import { k6Ending } from '../../../../src/load/k6/k6-ending.ts';

/** Number, k6's words, whether it was connected and the answer had begun → outcome and error code. */
const CASES: readonly (readonly [string, string, boolean, boolean, string, string | null])[] = [
  ['1212', 'dial: connection refused', false, false, 'refused', 'ECONNREFUSED'],
  ['1211', 'dial: i/o timeout', false, false, 'connect-timeout', null],
  ['1050', 'request timeout', false, false, 'connect-timeout', null],
  ['1050', 'request timeout', true, false, 'response-timeout', null],
  ['1050', 'request timeout', true, true, 'response-timeout', null],
  ['1220', 'read: connection reset by peer', true, false, 'reset', 'ECONNRESET'],
  ['1220', 'read: connection reset by peer', true, true, 'truncated', 'ECONNRESET'],
  ['1201', 'write: broken pipe', true, false, 'reset', 'EPIPE'],
  ['1213', 'dial: unknown errno 113 error with msg `connect: no route to host`', false, false, 'unreachable', 'EHOSTUNREACH'],
  ['1213', 'dial: unknown errno 99 error with msg `connect: cannot assign requested address`', false, false, 'not-sent', 'EADDRNOTAVAIL'],
  ['1202', 'read: unknown errno `110` on linux with message `connection timed out`', true, false, 'response-timeout', 'ETIMEDOUT'],
  ['1101', 'lookup: no such host', false, false, 'name-unresolved', 'ENOTFOUND'],
  ['1100', 'lookup a.b: server misbehaving', false, false, 'name-unresolved', 'K6_1100'],
  ['1000', 'EOF', true, false, 'closed-early', null],
  ['1000', 'http: server closed idle connection', true, false, 'closed-early', null],
  ['1000', 'unexpected EOF', true, true, 'truncated', null],
  ['1000', 'net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0"', true, true, 'truncated', 'K6_1000'],
  ['1000', 'context canceled', true, false, 'reset', 'K6_1000'],
  ['1200', 'read tcp: use of closed network connection', true, true, 'truncated', 'K6_1200'],
]; // prettier-ignore

it.each(CASES)(
  'k6Ending calls %s “%s” (connected %s, begun %s) %s',
  (errorCode, error, connected, answerBegan, outcome, code) => {
    const ending = k6Ending({ status: '0', errorCode, error, connected });
    expect(classifyOutcome(ending, { connected, answerBegan, status: null })).toBe(outcome);
    expect('errorCode' in ending ? ending.errorCode : null).toBe(code);
  },
);

it('k6Ending takes a status for a whole answer, whatever number k6 gives it', () => {
  expect(k6Ending({ status: '503', errorCode: '1503', error: '', connected: true })).toEqual({
    how: 'answered',
  });
  expect(k6Ending({ status: '200', errorCode: '', error: '', connected: true })).toEqual({ how: 'answered' });
});
