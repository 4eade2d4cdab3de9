import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, type Outcome, type RequestRecord } from '../../../src/model/request-record.ts';
import { ConservationCheck, type EngineTotals } from '../../../src/load/check-conservation.ts';
import { record } from './record.ts';

function totalsOf(records: readonly RequestRecord[]): EngineTotals {
  const byOutcome = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const { outcome } of records) byOutcome[outcome]++;
  return { intended: records.length, inFlight: 0, byOutcome };
}

function messages(records: readonly RequestRecord[], totals = totalsOf(records)): readonly string[] {
  const check = new ConservationCheck('main');
  for (const one of records) check.add(one);
  return check.findings(totals).map(({ code, severity, message }) => {
    expect([code, severity]).toEqual(['conservation-broken', 'void']);
    return message;
  });
}

const sound: readonly RequestRecord[] = [
  record({ id: 1 }),
  record({ id: 2, requestOnConnection: 1, outcome: 'http-error', status: 503 }),
  record({ id: 3, connection: 2, outcome: 'closed-early', status: null, firstByteNs: null }),
  record({ id: 4, connection: 3, outcome: 'censored', status: null, firstByteNs: null }),
  record({
    id: 5,
    connection: null,
    requestOnConnection: null,
    outcome: 'not-sent',
    startNs: null,
    firstByteNs: null,
    status: null,
  }),
];

describe('ConservationCheck', () => {
  it('has nothing to say about a sound ledger, in whatever order its records come', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...sound], { minLength: sound.length }), (shuffled) => {
        expect(messages(shuffled)).toEqual([]);
      }),
    );
  });

  it('misses any record that is left out', () => {
    fc.assert(
      fc.property(fc.nat(sound.length - 1), (index) => {
        const [found] = messages(sound.toSpliced(index, 1), totalsOf(sound));
        expect(found).toMatch(/intended 5, the ledger has .* = 4/);
      }),
    );
  });

  it('sees a record that is there twice', () => {
    expect(messages([...sound, sound[0] as RequestRecord]).join()).toMatch(/an id appears twice.*request 1/);
  });

  it('sees a hole in the ids although the totals agree', () => {
    expect(messages([...sound, record({ id: 9, connection: 9 })]).join()).toMatch(
      /ids go up to 9, with 6 records/,
    );
  });

  it('sees a hole on a connection', () => {
    expect(messages([record({ requestOnConnection: 2 })]).join()).toMatch(/not numbered .* connection 1/);
  });

  it('sees requests that an engine never settled, and outcomes it did not count', () => {
    expect(messages(sound, { ...totalsOf(sound), inFlight: 1 }).join()).toMatch(
      /1 request was never settled/,
    );
    const totals = totalsOf(sound);
    expect(messages(sound, { ...totals, byOutcome: { ...totals.byOutcome, ok: 0 } }).join()).toMatch(
      /intended 5 requests and counted 4 outcomes/,
    );
  });

  it.each<[string, Partial<RequestRecord>, RegExp]>([
    ['a start before the intent', { intendedNs: 2_000_000 }, /times are not in the order/],
    ['a first byte before the start', { firstByteNs: 1_000_001 }, /times are not in the order/],
    ['an end before the first byte', { endNs: 5_000_000 }, /times are not in the order/],
    ['no end', { endNs: null }, /has no end/],
    ['ok without a status', { status: null }, /no status below 400/],
    ['ok with status 500', { status: 500 }, /no status below 400/],
    ['an http-error with status 200', { outcome: 'http-error' }, /no status of 400/],
    ['an answer without a first byte', { firstByteNs: null }, /no first byte/],
    ['an early close with a first byte', { outcome: 'closed-early', status: null }, /has a first byte/],
    ['a sent request without a start', { startNs: null }, /no start or no connection/],
    ['a not-sent request with a start', { outcome: 'not-sent' }, /was not sent has a start/],
    ['another load', { load: 'other' }, /another load/],
    ['an answer to another request', { errorCode: 'ANSWER_ID_MISMATCH' }, /names another request/],
    ['a second attempt at nothing', { attempt: 1 }, /repeats no first one/],
    ['a first attempt that repeats another', { retryOf: 7 }, /repeats no first one/],
    ['an id of 0', { id: 0 }, /not a positive whole number/],
  ])('sees a record that contradicts itself: %s', (_, changes, message) => {
    expect(messages([record(changes)]).join()).toMatch(message);
  });

  it('counts a hundred thousand ids in a few kilobytes', () => {
    const many = Array.from({ length: 100_000 }, (_, index) =>
      record({ id: index + 1, connection: index + 1 }),
    );
    expect(messages(many)).toEqual([]);
  });

  it("holds the figures of an engine's own summary against the ledger's", () => {
    const told = [
      { name: 'http_reqs', told: 4, inLedger: 4 },
      { name: 'dropped_iterations', told: 3, inLedger: 1 },
    ];
    expect(messages(sound, { ...totalsOf(sound), told })).toEqual([
      'Load "main": the engine\'s own summary has dropped_iterations 3, the ledger 1.',
    ]);
  });
});
