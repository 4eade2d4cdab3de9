import { ApiException } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { retryRequest } from '../../../../src/cluster/kube/retry-request.ts';

const { signal } = new AbortController();
const status = (code: number, headers: Record<string, string> = {}) =>
  new ApiException(code, 'x', JSON.stringify({ message: `HTTP ${code}` }), headers);
const refused = () => new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });

/** Fails with each of these in turn, then succeeds with the number of tries. */
function failing(...errors: Error[]) {
  const calls: number[] = [];
  return {
    calls,
    request: (tries: number) => {
      calls.push(tries);
      const error = errors[tries];
      return error === undefined ? Promise.resolve(tries) : Promise.reject(error);
    },
  };
}

test('an API server that is away, or breaks off, is asked again', async () => {
  const { request, calls } = failing(refused(), status(503), status(500), new SyntaxError('Unexpected end'));
  await expect(retryRequest(request, { signal })).resolves.toBe(4);
  expect(calls).toEqual([0, 1, 2, 3, 4]);
});

test.each([400, 401, 403, 404, 409, 410, 422])(
  'a request that the API server refuses with %i is not sent again',
  async (code) => {
    const { request, calls } = failing(status(code));
    await expect(retryRequest(request, { signal })).rejects.toMatchObject({ code });
    expect(calls).toEqual([0]);
  },
);

test('an error of the client itself is thrown at once', async () => {
  const { request, calls } = failing(new Error('Unrecognized API version and kind: example.com/v1 Nothing'));
  await expect(retryRequest(request, { signal })).rejects.toThrow('Unrecognized');
  expect(calls).toEqual([0]);
});

test('a Retry-After is waited for', async () => {
  const startedAt = performance.now();
  await retryRequest(failing(status(429, { 'retry-after': '1' })).request, { signal });
  expect(performance.now() - startedAt).toBeGreaterThan(990);
});

test('the deadline throws what came last, and no wait begins that would pass it', async () => {
  const { request, calls } = failing(...Array.from({ length: 100 }, refused));
  await expect(retryRequest(request, { signal, timeoutMs: 300 })).rejects.toThrow('fetch failed');
  expect(calls.length).toBeLessThan(10);
  const busy = failing(status(429, { 'retry-after': '5' }));
  await expect(retryRequest(busy.request, { signal, timeoutMs: 300 })).rejects.toMatchObject({ code: 429 });
  expect(busy.calls).toEqual([0]);
});

test('a Retry-After that passes the deadline ends the retries at once', async () => {
  const { request, calls } = failing(status(429, { 'retry-after': '60' }));
  await expect(retryRequest(request, { signal })).rejects.toMatchObject({ code: 429 });
  expect(calls).toEqual([0]);
});

test('an interruption ends the retries at once', async () => {
  const interruption = new AbortController();
  const waiting = retryRequest(failing(status(429, { 'retry-after': '9' })).request, {
    signal: interruption.signal,
  });
  interruption.abort(new Error('Ctrl-C'));
  await expect(waiting).rejects.toThrow(/abort|Ctrl-C/);
});
