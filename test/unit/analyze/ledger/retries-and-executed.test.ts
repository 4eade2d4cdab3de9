import { describe, expect, it } from 'vitest';

import { analyzeTrial, type TrialHistory } from '../../../../src/analyze/analyze-trial.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import type { AppLedger } from '../../../../src/history/app-ledger-reader.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { loadSchema } from '../../../../src/model/scenario.ts';
import {
  action,
  failed,
  ms,
  numbered,
  phase,
  pod,
  request,
  streamed,
  trialRecord,
} from '../build-history.ts';

/** Delete at 2 s, gone at 3 s, the load stopped at 6 s. */
const EVENTS: readonly NewHistoryEvent[] = [
  phase('deploy', 0),
  pod('LISTED', 'a', 500, { ready: true }),
  pod('LISTED', 'b', 500, { ready: true }),
  phase('baseline', 1000),
  phase('disrupt', 1999),
  action('requested', 2000),
  action('accepted', 2003),
  pod('MODIFIED', 'a', 2005, { ready: true, deleting: true }),
  pod('ADDED', 'c', 2010),
  pod('MODIFIED', 'c', 2800, { ready: true }),
  pod('MODIFIED', 'a', 3000, { deleting: true, terminated: true }),
  pod('DELETED', 'a', 3100, { deleting: true, terminated: true }),
  phase('stop-load', 6000),
  phase('clean-up', 6100),
];
const SPEC = loadSchema.parse({
  name: 'fresh',
  connections: 'keep-alive',
  ratePerSecond: 10,
  retry: 'idempotent-once',
});

/** Ten requests a second; each of those times has more, or other, rows instead. */
function ledger(
  rowsAt: Readonly<Record<number, (id: number) => readonly RequestRecord[]>>,
): readonly RequestRecord[] {
  const records: RequestRecord[] = [];
  for (let at = 1000; at < 6000; at += 100) {
    const id = records.length + 1;
    records.push(...(rowsAt[at]?.(id) ?? [request(id, at)]));
  }
  return records;
}

/** A reused connection that was reset, and what the client made of it. */
const resetAt =
  (atMs: number, retry: Partial<RequestRecord> | null) =>
  (id: number): readonly RequestRecord[] => [
    failed(id, atMs, { outcome: 'reset', errorCode: 'ECONNRESET', requestOnConnection: 3 }),
    ...(retry === null
      ? []
      : [request(id + 1, atMs, { startNs: ms(atMs + 1), attempt: 1, retryOf: id, ...retry })]),
  ];
const FAILED_AGAIN = { outcome: 'reset', status: null, errorCode: 'ECONNRESET', pod: null } as const;

async function analyze(
  records: readonly RequestRecord[],
  more: Pick<TrialHistory, 'readAppLedger'> = {},
): Promise<AnalyzedTrial> {
  return await analyzeTrial(
    {
      record: trialRecord(),
      directory: 'trials/001-none',
      events: numbered(EVENTS),
      ledgers: [{ load: 'fresh', intended: null, records: streamed(records), findings: () => [] }],
      findings: [],
      ...more,
    },
    [SPEC],
  );
}

describe('a failure that the client makes good by itself', () => {
  it('is counted raw, and fails no trial', async () => {
    const trial = await analyze(ledger({ 2100: resetAt(2100, {}) }));
    expect(trial.loads[0]).toMatchObject({ failed: 1, failedAfterRetry: 0, failing: false });
    expect(trial.failures).toMatchObject([{ outcome: 'reset', retriedBy: 13, recovered: true }]);
    expect(trial.verdict).toBe('pass');
  });

  it('is no reason to think that the service was ill before the disruption', async () => {
    const early = await analyze(ledger({ 1200: resetAt(1200, {}) }));
    expect(early.verdict).toBe('pass');
    expect((await analyze(ledger({ 1200: resetAt(1200, null) }))).verdict).toBe('void');
  });

  it('is waited for: the latency of the second attempt counts from when the first was meant', async () => {
    const slow = { firstByteNs: ms(2950), endNs: ms(2951) };
    const trial = await analyze(ledger({ 2100: resetAt(2100, slow) }));
    expect(trial.loads[0]?.eventLatencyMs.max).toBeCloseTo(851);
    expect(trial.loads[0]?.latenessP99Ms).toBe(0);
  });
});

describe('a failure that remains', () => {
  it.each<[string, Partial<RequestRecord> | null, number, number]>([
    ['was not repeated', null, 1, 1],
    ['failed again: the user has lost one request', FAILED_AGAIN, 2, 1],
    ['nobody knows how the second attempt ended', { outcome: 'censored', status: null, pod: null }, 1, 1],
  ])('%s', async (_, retry, raw, remaining) => {
    const trial = await analyze(ledger({ 2100: resetAt(2100, retry) }));
    expect(trial.loads[0]).toMatchObject({ failed: raw, failedAfterRetry: remaining, failing: true });
    expect(trial.failures.map(({ recovered }) => recovered)).toEqual(trial.failures.map(() => false));
    expect(trial.verdict).toBe('fail');
  });
});

describe('the time in which users lost requests', () => {
  it('lasts from the first failure that remained to the outcome of the last, and no longer', async () => {
    const rows = { 2100: resetAt(2100, {}), 2500: resetAt(2500, null), 2900: resetAt(2900, {}) };
    const trial = await analyze(ledger(rows));
    const [, lost] = trial.failures;
    expect(trial.loads[0]).toMatchObject({ failed: 3, failedAfterRetry: 1 });
    expect(trial.loads[0]?.lostWindowMs).toBeCloseTo(((lost?.endNs ?? 0) - ms(2500)) / 1e6);
    expect((await analyze(ledger({ 2100: resetAt(2100, {}) }))).loads[0]?.lostWindowMs).toBeNull();
  });

  it('begins with the first attempt where the second failed, too', async () => {
    const again = { ...FAILED_AGAIN, startNs: ms(2150), firstByteNs: null, endNs: ms(2160) };
    const trial = await analyze(ledger({ 2100: resetAt(2100, again) }));
    expect(trial.loads[0]?.lostWindowMs).toBeCloseTo(60);
  });
});

describe('what the app’s own ledger says of failed requests', () => {
  const app = (rows: Readonly<Record<string, string>>, changes: Partial<AppLedger> = {}): AppLedger => ({
    rows: new Map(Object.entries(rows).map(([id, outcome]) => [id, { pod: 'web-a', outcome }])),
    ofOthers: false,
    closed: new Set(['web-a', 'web-b']),
    cut: new Set(),
    damaged: [],
    ...changes,
  });
  const at = {
    2100: resetAt(2100, {}),
    2200: resetAt(2200, null),
    2300: (id: number) => [failed(id, 2300)],
  };
  const executed = ({ failures }: AnalyzedTrial) => failures.map((failure) => failure.executed);

  it('is that it had them or not: what it had is not safe to repeat', async () => {
    const trial = await analyze(ledger(at), {
      readAppLedger: () => Promise.resolve(app({ 'fresh-12': 'unanswered', 'fresh-1': 'answered' })),
    });
    expect(executed(trial)).toEqual([true, false, false]);
    expect(trial.loads[0]?.executedUnanswered).toBe(1);
  });

  it('is not known of a Pod that was killed before it wrote its last rows', async () => {
    const cut = app({}, { closed: new Set(['web-b']), cut: new Set(['web-a']) });
    const trial = await analyze(ledger(at), { readAppLedger: () => Promise.resolve(cut) });
    // A refused connection has carried nothing, whatever any Pod wrote.
    expect(executed(trial)).toEqual([null, null, false]);
    expect(trial.loads[0]?.executedUnanswered).toBe(0);
  });

  it('is not known where the app keeps none', async () => {
    const trial = await analyze(ledger(at), { readAppLedger: () => Promise.resolve(null) });
    expect(trial.loads[0]?.executedUnanswered).toBeNull();
    expect((await analyze(ledger(at))).loads[0]?.executedUnanswered).toBeNull();
  });

  it('is not asked for where nothing failed', async () => {
    let asked = false;
    const trial = await analyze(ledger({}), {
      readAppLedger: () => {
        asked = true;
        return Promise.resolve(null);
      },
    });
    expect([asked, trial.loads[0]?.executedUnanswered]).toEqual([false, 0]);
  });

  it('counts no request that was answered with an error', async () => {
    const rejected = { outcome: 'http-error', status: 503, pod: 'web-a', firstByteNs: ms(2101) } as const;
    const records = ledger({ 2100: (id) => [request(id, 2100, rejected)] });
    const trial = await analyze(records, {
      readAppLedger: () => Promise.resolve(app({ 'fresh-12': 'answered' })),
    });
    expect(executed(trial)).toEqual([true]);
    expect(trial.loads[0]?.executedUnanswered).toBe(0);
  });
});
