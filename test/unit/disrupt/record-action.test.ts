import { ApiException } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { recordAction, type Settle } from '../../../src/disrupt/record-action.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';

const POD = { action: 'delete', kind: 'Pod', namespace: 'ns', name: 'a', uid: 'uid-a' };

/** Runs a request that ends as given, and returns what was recorded and answered. */
async function recorded(
  request: () => Promise<unknown>,
  signal = new AbortController().signal,
  settle: Settle | null = null,
) {
  const events: NewHistoryEvent[] = [];
  let atNs = 0;
  const context = {
    nowNs: () => (atNs += 1000),
    record: (event: NewHistoryEvent) => void events.push(event),
    signal,
  };
  const refusal = await recordAction(POD, context, request, settle);
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

test("a refused request is recorded with the API server's status, reason and message", async () => {
  const body = JSON.stringify({ kind: 'Status', reason: 'TooManyRequests', message: 'disruption budget' });
  const { events, refusal } = await recorded(() => Promise.reject(new ApiException(429, 'x', body, {})));
  expect(events[1]).toMatchObject({
    stage: 'refused',
    httpStatus: 429,
    message: 'TooManyRequests: disruption budget',
  });
  expect(refusal).toEqual({ httpStatus: 429, text: 'Pod a: 429: disruption budget' });
});

test('a request without an answer is recorded as one that may or may not have taken effect', async () => {
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:6443');
  const { events, refusal } = await recorded(() => Promise.reject(new TypeError('fetch failed', { cause })));
  expect(events[1]).not.toHaveProperty('httpStatus');
  expect(events[1]).toMatchObject({
    stage: 'unanswered',
    message:
      'no answer that tells, so it may or may not have taken effect: fetch failed: connect ECONNREFUSED 127.0.0.1:6443',
  });
  expect(refusal?.httpStatus).toBeNull();
});

test('an interruption ends a request after its record is complete', async () => {
  const interruption = new AbortController();
  interruption.abort(new Error('Ctrl-C'));
  await expect(recorded(() => Promise.reject(new Error('aborted')), interruption.signal)).rejects.toThrow(
    'Ctrl-C',
  );
});

const NO_ANSWER = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNRESET') }));
const stages = (events: readonly NewHistoryEvent[]) =>
  events.map((event) => (event.type === 'action' ? event.stage : event.type));

test('what a reading shows to have taken effect is accepted, at some time between the request and the reading', async () => {
  const { events, refusal } = await recorded(NO_ANSWER, undefined, () => Promise.resolve('it is gone'));
  expect(refusal).toBeNull();
  expect(stages(events)).toEqual(['requested', 'unanswered', 'accepted']);
  const [requested, , accepted] = events;
  expect(accepted).toMatchObject({ message: 'it is gone, as was read afterwards' });
  const { atNs = 0, uncertaintyNs = 0 } = accepted ?? {};
  expect(atNs - uncertaintyNs).toBeLessThanOrEqual(requested?.atNs ?? 0);
  expect(atNs + uncertaintyNs).toBeGreaterThanOrEqual(3000);
});

test('what a reading shows to have had no effect is asked for again, and not for ever', async () => {
  let tries = 0;
  const { events, refusal } = await recorded(
    () => (++tries < 3 ? NO_ANSWER() : Promise.resolve()),
    undefined,
    () => Promise.resolve(null),
  );
  expect(refusal).toBeNull();
  expect(stages(events)).toEqual([
    'requested',
    'unanswered',
    'requested',
    'unanswered',
    'requested',
    'accepted',
  ]);
  const hopeless = await recorded(NO_ANSWER, undefined, () => Promise.resolve(null));
  expect(hopeless.refusal?.httpStatus).toBeNull();
  expect(stages(hopeless.events).filter((stage) => stage === 'requested')).toHaveLength(5);
});

test('a 404 after a try without an answer is that try, seen from behind', async () => {
  let tries = 0;
  const notFound = new ApiException(404, 'x', JSON.stringify({ reason: 'NotFound', message: 'gone' }), {});
  const { events, refusal } = await recorded(
    () => (++tries === 1 ? NO_ANSWER() : Promise.reject(notFound)),
    undefined,
    () => Promise.resolve(tries === 1 ? null : 'it is gone'),
  );
  expect(refusal).toBeNull();
  expect(stages(events)).toEqual(['requested', 'unanswered', 'requested', 'refused', 'accepted']);
});

test('a refusal that asks to come back is obeyed, one that does not is final', async () => {
  let tries = 0;
  const busy = (headers: Record<string, string>) =>
    new ApiException(429, 'x', JSON.stringify({ reason: 'TooManyRequests', message: 'busy' }), headers);
  const startedAt = performance.now();
  const obeyed = await recorded(() =>
    ++tries === 1 ? Promise.reject(busy({ 'retry-after': '1' })) : Promise.resolve(),
  );
  expect(performance.now() - startedAt).toBeGreaterThan(990);
  expect(obeyed.refusal).toBeNull();
  expect(stages(obeyed.events)).toEqual(['requested', 'refused', 'requested', 'accepted']);
  const final = await recorded(() => Promise.reject(busy({})));
  expect(stages(final.events)).toEqual(['requested', 'refused']);
});

test("a refusal by a disruption budget is recorded with the budget's name and figures", async () => {
  const body = JSON.stringify({
    kind: 'Status',
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: {
      causes: [
        {
          reason: 'DisruptionBudget',
          message: 'The disruption budget web needs 3 healthy pods and has 3 currently',
        },
      ],
    },
  });
  const { events, refusal } = await recorded(() => Promise.reject(new ApiException(429, 'x', body, {})));
  const words =
    "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget web needs 3 healthy pods and has 3 currently";
  expect(events[1]).toMatchObject({ message: `TooManyRequests: ${words}` });
  expect(refusal?.text).toBe(`Pod a: 429: ${words}`);
});
