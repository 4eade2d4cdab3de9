import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { loadSchema } from '../../../../src/model/scenario.ts';
import {
  action,
  failed,
  ms,
  numbered,
  phase,
  planned,
  pod,
  request,
  streamed,
  trialRecord,
} from '../build-history.ts';

/** Delete at 2 s, the container ended at 7.2 s, the load stopped at 12 s. */
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
  pod('MODIFIED', 'a', 7200, { deleting: true, terminated: true }),
  pod('DELETED', 'a', 7300, { deleting: true, terminated: true }),
  phase('stop-load', 12_000),
  phase('clean-up', 12_100),
];

const NATIVE = loadSchema.parse({ name: 'fresh', connections: 'keep-alive', ratePerSecond: 100 });
const PACED = loadSchema.parse({ ...NATIVE, engine: 'autocannon' });
const UNPACED = loadSchema.parse({ ...NATIVE, engine: 'autocannon', ratePerSecond: undefined });

async function analyze(
  records: readonly RequestRecord[],
  options: { readonly load?: typeof NATIVE; readonly role?: 'comparison' | 'negative-control' } = {},
): Promise<AnalyzedTrial> {
  const { load = NATIVE, role = 'comparison' } = options;
  return await analyzeTrial(
    {
      record: trialRecord({ trial: planned({ role }) }),
      directory: 'trials/001-none',
      events: numbered(EVENTS),
      ledgers: [{ load: 'fresh', intended: null, records: streamed(records), findings: () => [] }],
      findings: [],
    },
    [load],
  );
}

/** A hundred requests a second until the load is stopped; `null` leaves one out. */
function ledger(make: (id: number, atMs: number) => RequestRecord | null): readonly RequestRecord[] {
  const records: RequestRecord[] = [];
  for (let at = 1000; at < 12_000; at += 10) {
    const record = make(records.length + 1, at);
    if (record !== null) records.push(record);
  }
  return records;
}

const notSent = (id: number, atMs: number, errorCode: string): RequestRecord =>
  request(id, atMs, {
    outcome: 'not-sent',
    errorCode,
    startNs: null,
    firstByteNs: null,
    endNs: ms(atMs + 100),
    status: null,
    pod: null,
    connection: null,
    clientPort: null,
  });

/** From 2 s on all 20 connections wait for an answer until `untilMs`; what was due meanwhile could not be sent. */
const hangingUntil = (untilMs: number): readonly RequestRecord[] =>
  ledger((id, at) => {
    if (at < 2000 || at >= untilMs - 100) return request(id, at);
    if (at >= 2200) return notSent(id, at, 'CONCURRENCY_LIMIT');
    return request(id, at, { firstByteNs: ms(untilMs - 1), endNs: ms(untilMs) });
  });

const brief = ({ findings }: AnalyzedTrial): readonly string[] =>
  findings.map(({ severity, code }) => `${severity} ${code}`);

describe('a service that holds up all connections of a load', () => {
  it('fails the trial, though every request that was sent was answered', async () => {
    const trial = await analyze(hangingUntil(6900));
    expect(trial.verdict).toBe('fail');
    expect(trial.loads[0]).toMatchObject({ failed: 0, failing: true, heldUp: 460 });
    expect(brief(trial)).toEqual(['warning held-up']);
  });

  it('fails a negative control, too', async () => {
    expect((await analyze(hangingUntil(6900), { role: 'negative-control' })).verdict).toBe('fail');
  });

  it('for less than a second was slow, which is counted and shown, and is no failure', async () => {
    const trial = await analyze(hangingUntil(2700));
    expect(trial.verdict).toBe('pass');
    expect(trial.loads[0]).toMatchObject({ failing: false, heldUp: 40 });
    expect(brief(trial)).toEqual(['info held-up']);
  });
});

describe('a generator that was not awake while Pods were going', () => {
  const late = (id: number, at: number): RequestRecord =>
    at >= 2000 && at < 2110 ? notSent(id, at, 'GENERATOR_LATE') : request(id, at);

  it('makes the trial void, though it is no more than 1 % of the requests', async () => {
    const trial = await analyze(ledger(late));
    expect(trial.verdict).toBe('void');
    expect(trial.findings.find(({ code }) => code === 'generator-silent')?.message).toBe(
      'While Pods were going the generator of load “fresh” sent nothing for 110 ms, from 0 ms after the disruption on, and gave up 11 requests as too late: what would have failed then could not be seen.',
    );
  });

  it.each([
    ['paced', PACED],
    ['unpaced', UNPACED],
  ])('makes it void also where a %s closed model meant to send nothing', async (_, load) => {
    const trial = await analyze(
      ledger((id, at) => (at >= 2000 && at < 2950 ? null : request(id, at))),
      { load },
    );
    expect(brief(trial)).toEqual(['void generator-silent']);
  });

  it('changes nothing where a request failed: it can only have hidden more', async () => {
    const trial = await analyze(ledger((id, at) => (at === 2400 ? failed(id, at) : late(id, at))));
    expect(trial.verdict).toBe('fail');
  });

  it('changes nothing when Pods and routes are gone', async () => {
    const trial = await analyze(ledger((id, at) => (at >= 8000 && at < 8300 ? null : request(id, at))));
    expect(trial.verdict).toBe('pass');
  });

  it('is not what a closed model does whose connections all wait for the service: that is the service’s doing', async () => {
    const hanging = ledger((id, at) => {
      if (at < 2000 || at >= 4000) return request(id, at);
      return at >= 2200 ? null : request(id, at, { firstByteNs: ms(3999), endNs: ms(4000) });
    });
    for (const load of [PACED, UNPACED]) {
      const trial = await analyze(hanging, { load });
      expect(trial.verdict).toBe('fail');
      expect(brief(trial).filter((finding) => finding.startsWith('void'))).toEqual([]);
    }
  });

  it('is not the pace of a slow load', async () => {
    const slow = loadSchema.parse({ ...NATIVE, ratePerSecond: 5 });
    const trial = await analyze(
      ledger((id, at) => (at % 200 === 0 ? request(id, at) : null)),
      { load: slow },
    );
    expect(trial.verdict).toBe('pass');
  });
});
