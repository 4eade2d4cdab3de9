import { describe, expect, it } from 'vitest';

import { keptConnections } from '../../../../src/analyze/margins/kept-connections.ts';
import { LoadFactsBook, type LoadFacts } from '../../../../src/analyze/ledger/load-facts.ts';
import type { KeptConnections } from '../../../../src/model/margin.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { loadSchema } from '../../../../src/model/scenario.ts';
import { failed, ms, request } from '../build-history.ts';

const KEPT = loadSchema.parse({ name: 'kept', connections: 'keep-alive', ratePerSecond: 10 });
const FRESH = loadSchema.parse({ name: 'fresh', connections: 'fresh', ratePerSecond: 10 });
const VICTIMS = [
  { name: 'web-a', uid: 'a', node: 'node1', podIP: '198.18.1.1' },
  { name: 'web-b', uid: 'b', node: 'node1', podIP: '198.18.1.2' },
];
/** The delete is at 1000; web-a ends at 2000, web-b at 2500, the load is stopped at 5000. */
const POD_END_NS = new Map([
  ['a', ms(2000)],
  ['b', ms(2500)],
]);

/** The n-th request on a connection, from `startMs` on, answered 20 ms later unless it is said otherwise. */
const on = (
  connection: number,
  nth: number,
  startMs: number,
  changes: Partial<RequestRecord> = {},
): RequestRecord =>
  request(connection * 100 + nth, startMs, {
    connection,
    requestOnConnection: nth,
    connectionAgeMs: nth * 100,
    announcedClose: false,
    pod: 'web-a',
    ...changes,
  });

function facts(records: readonly RequestRecord[], spec = KEPT): LoadFacts {
  const book = new LoadFactsBook(spec, ms(1000));
  for (const record of records) book.add(record, () => record.pod?.replace('web-', '') ?? null);
  return book.facts();
}

function kept(
  records: readonly RequestRecord[],
  more: {
    closeSeenMs?: number;
    idleTimeoutMs?: number;
    causes?: Record<number, string>;
    podEndNs?: ReadonlyMap<string, number>;
  } = {},
): KeptConnections {
  return keptConnections({
    facts: facts(records),
    victims: VICTIMS,
    podEndNs: more.podEndNs ?? POD_END_NS,
    loadStoppedNs: ms(5000),
    idleTimeoutNs: ms(more.idleTimeoutMs ?? Infinity),
    closeSeenNs: () => (more.closeSeenMs === undefined ? null : ms(more.closeSeenMs)),
    causeOf: (id) => more.causes?.[id],
  });
}

describe('a kept-alive connection to a Pod that went', () => {
  it('was cut where its last answer did not announce the end, whether or not a request met it', () => {
    const found = kept([on(1, 0, 900), on(1, 1, 1500)], { closeSeenMs: 1980 });
    expect(found).toMatchObject({ announced: 0, unknown: 0 });
    expect(found.cut).toEqual([{ connection: 1, pod: 'web-a', podUid: 'a', idleMs: 460, met: false }]);
  });

  it('was cut without a known idle time where nobody saw its end', () => {
    expect(kept([on(1, 0, 900)]).cut).toMatchObject([{ idleMs: null, met: false }]);
  });

  it('was not cut where its last answer announced the end, although earlier ones had not', () => {
    const found = kept([on(1, 0, 900), on(1, 1, 1500, { announcedClose: true })], { closeSeenMs: 1521 });
    expect(found).toMatchObject({ announced: 1, cut: [], unknown: 0 });
  });

  it('is not known to have been cut where the ledger does not tell of announcements', () => {
    const found = kept([on(1, 0, 900, { announcedClose: null }), on(2, 0, 950, { announcedClose: null })]);
    expect(found).toMatchObject({ announced: 0, cut: [], unknown: 2 });
    expect(found.why).toContain('announced');
  });

  it('met a request where that failed on it by a reset, and was idle until that request', () => {
    const lost = failed(101, 1990, {
      connection: 1,
      requestOnConnection: 1,
      outcome: 'reset',
      pod: null,
    });
    const found = kept([on(1, 0, 900), lost]);
    expect(found.cut).toEqual([{ connection: 1, pod: 'web-a', podUid: 'a', idleMs: 1070, met: true }]);
  });

  it.each(['client', 'killed-in-flight'])('is not counted where its request failed by %s', (cause) => {
    const lost = failed(101, 1990, { connection: 1, requestOnConnection: 1, outcome: 'reset', pod: null });
    expect(kept([on(1, 0, 900), lost], { causes: { 101: cause } })).toMatchObject({ announced: 0, cut: [] });
  });

  it.each(['response-timeout', 'censored', 'connect-timeout'] as const)(
    'is not counted where the client ended it itself (%s)',
    (outcome) => {
      const given = on(1, 1, 1400, { outcome, pod: null, announcedClose: null });
      expect(kept([on(1, 0, 900), given])).toMatchObject({ announced: 0, cut: [], unknown: 0 });
    },
  );

  it('is not counted where the client had ended it itself, since nobody had used it for so long', () => {
    const idle = [on(1, 0, 900)];
    expect(kept(idle, { idleTimeoutMs: 1080 })).toMatchObject({ cut: [], unknown: 0 });
    expect(kept(idle, { idleTimeoutMs: 1081 }).cut).toHaveLength(1);
    expect(kept(idle, { idleTimeoutMs: 500, closeSeenMs: 1300 }).cut).toMatchObject([{ idleMs: 380 }]);
  });

  it('is not counted where the Pod did not end', () => {
    expect(kept([on(1, 0, 900)], { podEndNs: new Map() })).toMatchObject({ cut: [], unknown: 0 });
  });

  it('is not known where nothing tells its Pod, unless it was answered on after the last of them had ended', () => {
    const nameless = { pod: null };
    expect(kept([on(1, 0, 2400, nameless)])).toMatchObject({ cut: [], unknown: 1 });
    expect(kept([on(1, 0, 2400, nameless), on(1, 1, 2600, nameless)])).toMatchObject({ unknown: 0 });
  });

  it('is no matter of a Pod that stays', () => {
    expect(kept([on(1, 0, 900, { pod: 'web-c' })])).toMatchObject({ announced: 0, cut: [], unknown: 0 });
  });
});

describe('the longest idle time of a connection', () => {
  it('is the longest wait between an answer and the next request on it, on any Pod and before the disruption too', () => {
    const records = [on(1, 0, 100, { pod: 'web-c' }), on(1, 1, 920, { pod: 'web-c' }), on(2, 0, 900)];
    expect(facts(records).longestIdleMs).toBe(800);
  });

  it('is as long as a connection was left unused until the load was stopped', () => {
    const records = [on(1, 0, 100, { pod: 'web-c' }), on(1, 1, 480, { pod: 'web-c' })];
    expect(kept(records).longestIdleMs).toBe(4500);
    expect(kept(records, { idleTimeoutMs: 3000 }).longestIdleMs).toBe(3000);
  });

  it('is none between a connection and one that was opened anew under its number', () => {
    const records = [on(1, 0, 100), on(1, 1, 200), on(1, 0, 900)];
    expect(facts(records).longestIdleMs).toBe(80);
  });

  it('is not known where no connection had two requests', () => {
    expect(kept([on(2, 0, 900)]).longestIdleMs).toBeNull();
  });
});

describe('a load that opens a connection for each request', () => {
  it('has no kept-alive connections, and its answers count all the same', () => {
    const found = facts([on(1, 0, 1100), on(2, 0, 1300), on(3, 0, 1200, { pod: null })], FRESH);
    expect(found.connections).toEqual([]);
    expect(found.lastAnswerNs).toEqual(new Map([['a', ms(1320)]]));
    expect(found.lastUnknownAnswerNs).toBe(ms(1220));
  });
});
