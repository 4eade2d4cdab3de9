import { expect, it } from 'vitest';

import { RequestBook } from '../../../src/load/request-book.ts';
import type { RequestRecord } from '../../../src/model/request-record.ts';
import { loadSpec } from './load-spec.ts';

function open(): { book: RequestBook; records: RequestRecord[] } {
  const records: RequestRecord[] = [];
  let now = 0;
  const context = {
    targets: [],
    nowNs: () => (now += 1000),
    onRecord: (record: RequestRecord) => records.push({ ...record }),
  };
  return { book: new RequestBook(loadSpec({ retry: 'idempotent-once' }), 'native', context), records };
}

it('a request book is not idle between an attempt that failed and the one that repeats it', async () => {
  const { book, records } = open();
  const first = book.open(100);
  Object.assign(first, { startNs: 200, connected: true, connection: 1, requestOnConnection: 4 });
  let idle = false;
  const waiting = book.whenIdle(60_000).then(() => (idle = true));
  const retry = book.settle(first, { how: 'closed' }, 300);
  await Promise.resolve();
  expect(idle).toBe(false);
  expect(retry).toMatchObject({ id: 2, attempt: 1, retryOf: 1, intendedNs: 100, startNs: null });
  if (retry === undefined) throw new Error('no retry');
  Object.assign(retry, { startNs: 400, connected: true, connection: 2, requestOnConnection: 0 });
  expect(book.settle(retry, { how: 'closed' }, 500)).toBeUndefined();
  await waiting;
  expect(records.map(({ id, outcome, attempt }) => [id, outcome, attempt])).toEqual([
    [1, 'closed-early', 0],
    [2, 'closed-early', 1],
  ]);
  expect(book.counters()).toMatchObject({ intended: 2, inFlight: 0 });
  expect(book.summary(0).latenessMs?.max).toBeCloseTo(0.0001);
});

it('a request book censors a second attempt that the end of the load overtakes', () => {
  const { book, records } = open();
  const first = book.open(100);
  Object.assign(first, { startNs: 200, connected: true, connection: 1, requestOnConnection: 1 });
  book.settle(first, { how: 'failed', errorCode: 'ECONNRESET' }, 300);
  book.censorOpen();
  expect(records.map(({ outcome, retryOf }) => [outcome, retryOf])).toEqual([
    ['reset', null],
    ['censored', 1],
  ]);
});
