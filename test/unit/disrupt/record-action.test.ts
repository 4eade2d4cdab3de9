import { ApiException } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { recordAction } from '../../../src/disrupt/record-action.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';

const POD = { action: 'delete', kind: 'Pod', namespace: 'ns', name: 'a', uid: 'uid-a' };

/** Runs a request that ends as given, and returns what was recorded and answered. */
async function recorded(request: () => Promise<unknown>, signal = new AbortController().signal) {
  const events: NewHistoryEvent[] = [];
  let atNs = 0;
  const context = {
    nowNs: () => (atNs += 1000),
    record: (event: NewHistoryEvent) => void events.push(event),
    signal,
  };
  const refusal = await recordAction(POD, context, request);
  return { events, refusal };
}

test('an accepted request is recorded before and after', async () => {
  const { events, refusal } = await recorded(() => Promise.resolve());
  expect(refusal).toBeNull();
  expect(events).toMatchObject([
    { type: 'action', stage: 'requested', atNs: 1000, source: 'harness', ...POD },
    { type: 'action', stage: 'accepted', atNs: 2000 },
  ]);
});

test("a refused one is recorded with the API server's status, reason and message", async () => {
  const body = JSON.stringify({ kind: 'Status', reason: 'TooManyRequests', message: 'disruption budget' });
  const { events, refusal } = await recorded(() => Promise.reject(new ApiException(429, 'x', body, {})));
  expect(events[1]).toMatchObject({
    stage: 'refused',
    httpStatus: 429,
    message: 'TooManyRequests: disruption budget',
  });
  expect(refusal).toEqual({ httpStatus: 429, text: 'Pod a: 429: disruption budget' });
});

test('without an answer nobody knows whether it took effect, and the record says so', async () => {
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:6443');
  const { events, refusal } = await recorded(() => Promise.reject(new TypeError('fetch failed', { cause })));
  expect(events[1]).not.toHaveProperty('httpStatus');
  expect(events[1]).toMatchObject({
    stage: 'refused',
    message:
      'no answer, so it may or may not have taken effect: fetch failed: connect ECONNREFUSED 127.0.0.1:6443',
  });
  expect(refusal?.httpStatus).toBeNull();
});

test('an interruption ends it, after the record is complete', async () => {
  const interruption = new AbortController();
  interruption.abort(new Error('Ctrl-C'));
  await expect(recorded(() => Promise.reject(new Error('aborted')), interruption.signal)).rejects.toThrow(
    'Ctrl-C',
  );
});
