import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILED_OUTCOMES, OUTCOMES, type Outcome } from '../../../src/model/request-record.ts';
import {
  classifyOutcome,
  type RequestEnding,
  type RequestProgress,
} from '../../../src/load/classify-outcome.ts';

const connecting: RequestProgress = { connected: false, answerBegan: false, status: null };
const waiting: RequestProgress = { connected: true, answerBegan: false, status: null };
const reading: RequestProgress = { connected: true, answerBegan: true, status: 200 };
const failed = (errorCode: string): RequestEnding => ({ how: 'failed', errorCode });

describe('classifyOutcome', () => {
  it.each<[string, RequestEnding, RequestProgress, Outcome]>([
    ['a whole answer', { how: 'answered' }, reading, 'ok'],
    ['a redirect', { how: 'answered' }, { ...reading, status: 302 }, 'ok'],
    ['status 400', { how: 'answered' }, { ...reading, status: 400 }, 'http-error'],
    ['status 503', { how: 'answered' }, { ...reading, status: 503 }, 'http-error'],
    ['FIN before the answer', { how: 'closed' }, waiting, 'closed-early'],
    ['FIN inside the answer', { how: 'closed' }, reading, 'truncated'],
    ['RST before the answer', failed('ECONNRESET'), waiting, 'reset'],
    ['RST inside the answer', failed('ECONNRESET'), reading, 'truncated'],
    ['a write to a closed connection', failed('EPIPE'), waiting, 'reset'],
    ['RST to the SYN', failed('ECONNREFUSED'), connecting, 'refused'],
    ['RST right after the handshake', failed('ECONNRESET'), connecting, 'reset'],
    ['ICMP host unreachable', failed('EHOSTUNREACH'), connecting, 'unreachable'],
    ['ICMP network unreachable', failed('ENETUNREACH'), connecting, 'unreachable'],
    ['a name that does not exist', failed('ENOTFOUND'), connecting, 'name-unresolved'],
    ['a name server that is silent, by getaddrinfo', failed('EAI_AGAIN'), connecting, 'name-unresolved'],
    ['a name server that fails', failed('ESERVFAIL'), connecting, 'name-unresolved'],
    ['a name server that is silent, by c-ares', failed('ETIMEOUT'), connecting, 'name-unresolved'],
    [
      'a name server that nobody listens at',
      { how: 'unresolved', errorCode: 'ECONNREFUSED' },
      connecting,
      'name-unresolved',
    ],
    ['our own connect limit', { how: 'connect-timeout' }, connecting, 'connect-timeout'],
    ['the kernel giving up on SYN', failed('ETIMEDOUT'), connecting, 'connect-timeout'],
    ['the kernel giving up on data', failed('ETIMEDOUT'), waiting, 'response-timeout'],
    ['our own response limit', { how: 'response-timeout' }, reading, 'response-timeout'],
    ['no free local port', failed('EADDRNOTAVAIL'), connecting, 'not-sent'],
    ['no free file descriptor', failed('EMFILE'), connecting, 'not-sent'],
    ['not HTTP', { how: 'malformed', errorCode: 'HPE_INVALID_CONSTANT' }, reading, 'truncated'],
    ['the end of the load', { how: 'stopped' }, waiting, 'censored'],
    ['a late generator', { how: 'not-sent', errorCode: 'GENERATOR_LATE' }, connecting, 'not-sent'],
  ])('calls %s by its name', (_, ending, progress, outcome) => {
    expect(classifyOutcome(ending, progress)).toBe(outcome);
  });

  it('never calls a failed socket ok, nor a request on an established connection unsent', () => {
    const codes = fc.oneof(
      fc.constantFrom(
        'ECONNRESET',
        'EPIPE',
        'ECONNREFUSED',
        'EHOSTUNREACH',
        'EMFILE',
        'ETIMEDOUT',
        'UNKNOWN',
      ),
      fc.string(),
    );
    const progress = fc.record({
      connected: fc.boolean(),
      answerBegan: fc.boolean(),
      status: fc.option(fc.integer({ min: 200, max: 599 })),
    });
    fc.assert(
      fc.property(codes, progress, (code, how) => {
        const outcome = classifyOutcome(failed(code), how);
        expect(OUTCOMES).toContain(outcome);
        expect([...FAILED_OUTCOMES, 'not-sent']).toContain(outcome);
        if (how.connected) expect(outcome).not.toBe('not-sent');
      }),
    );
  });
});
