import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../src/analyze/analyze-trial.ts';
import type { AnalyzedTrial } from '../../../src/analyze/run-result.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../src/model/request-record.ts';
import type { TrialRecord } from '../../../src/model/trial-record.ts';
import {
  LOAD,
  action,
  failed,
  gap,
  ledger,
  ms,
  numbered,
  phase,
  planned,
  pod,
  request,
  slice,
  streamed,
  trialRecord,
} from './build-history.ts';

/** Baseline from 1 s, delete at 2 s, the Pod gone at 2.3 s, its replacement Ready at 2.8 s, the load stopped at 4 s. */
const EVENTS: readonly NewHistoryEvent[] = [
  phase('deploy', 0),
  pod('LISTED', 'a', 500, { ready: true }),
  pod('LISTED', 'b', 500, { ready: true }),
  slice(510, [
    { uid: 'a', ready: true },
    { uid: 'b', ready: true },
  ]),
  phase('baseline', 1000),
  phase('disrupt', 1999),
  action('requested', 2000),
  action('accepted', 2003),
  pod('MODIFIED', 'a', 2005, { ready: true, deleting: true }),
  pod('ADDED', 'c', 2010),
  slice(2030, [
    { uid: 'a', ready: false, serving: true, terminating: true },
    { uid: 'b', ready: true },
  ]),
  {
    type: 'app-stamp',
    stamp: 'listener-closed',
    pod: 'web-a',
    podUid: 'a',
    container: 'web',
    fields: {},
    atNs: ms(2015),
    uncertaintyNs: 1000,
    source: 'app-log',
  },
  pod('MODIFIED', 'a', 2200, { deleting: true, terminated: true }),
  pod('DELETED', 'a', 2300, { deleting: true, terminated: true }),
  slice(2310, [{ uid: 'b', ready: true }]),
  pod('MODIFIED', 'c', 2800, { ready: true }),
  phase('stop-load', 4000),
  phase('clean-up', 4100),
  pod('MODIFIED', 'b', 4200, { deleting: true }),
];

async function analyze(
  options: {
    readonly record?: Partial<TrialRecord>;
    readonly events?: readonly NewHistoryEvent[];
    readonly records?: readonly RequestRecord[];
    readonly intended?: number | null;
  } = {},
): Promise<AnalyzedTrial> {
  return await analyzeTrial(
    {
      record: trialRecord(options.record),
      directory: 'trials/001-none',
      events: numbered(options.events ?? EVENTS),
      ledgers: [
        {
          load: 'fresh',
          intended: options.intended ?? null,
          records: streamed(options.records ?? ledger(1000, 4000)),
          findings: () => [],
        },
      ],
      findings: [],
    },
    [LOAD],
  );
}

const codes = (trial: AnalyzedTrial): readonly string[] => trial.findings.map(({ code }) => code);

describe('a trial', () => {
  it('passes when no request failed', async () => {
    const trial = await analyze();
    expect(trial.verdict).toBe('pass');
    expect(trial.findings).toEqual([]);
  });

  it('fails when a request failed', async () => {
    const trial = await analyze({ records: ledger(1000, 4000, { 2100: failed, 2300: failed }) });
    expect(trial.verdict).toBe('fail');
    expect(trial.loads[0]).toMatchObject({
      failed: 2,
      intended: 30,
      firstFailureNs: ms(2100),
      lastFailureNs: ms(2300),
    });
  });

  it('counts a request that was on its way when the Pod was deleted', async () => {
    const onItsWay = (id: number, at: number): RequestRecord => failed(id, at, { endNs: ms(2050) });
    const trial = await analyze({ records: ledger(1000, 4000, { 1900: onItsWay }) });
    expect(trial.verdict).toBe('fail');
  });

  it('is void when a request had failed before anything was done', async () => {
    const trial = await analyze({ records: ledger(1000, 4000, { 1500: failed }) });
    expect(trial.verdict).toBe('void');
    expect(codes(trial)).toEqual(['failed-before-disruption']);
  });

  it('tells latency before the disruption from latency after it', async () => {
    const slow = (id: number, at: number): RequestRecord => request(id, at, { endNs: ms(at + 300) });
    const trial = await analyze({ records: ledger(1000, 4000, { 2500: slow }) });
    expect(trial.loads[0]?.baselineLatencyMs).toEqual({ count: 10, p50: 20, p99: 20, max: 20 });
    expect(trial.loads[0]?.eventLatencyMs).toEqual({ count: 20, p50: 20, p99: 300, max: 300 });
  });

  it('counts latency from the moment a request was meant to be sent', async () => {
    const late = (id: number, at: number): RequestRecord =>
      request(id, at, { startNs: ms(at + 40), firstByteNs: ms(at + 59), endNs: ms(at + 60) });
    const trial = await analyze({ records: ledger(1000, 4000, { 2500: late }) });
    expect(trial.loads[0]?.eventLatencyMs.max).toBe(60);
    expect(trial.loads[0]?.latenessP99Ms).toBe(40);
  });
});

describe('the milestones of a trial', () => {
  it('name every step with its source, in the order of time', async () => {
    const trial = await analyze();
    expect(
      trial.milestones.map(({ name, pod: name2, atNs, source }) => [name, name2, atNs / ms(1), source]),
    ).toEqual([
      ['delete-requested', 'web-a', 2000, 'harness'],
      ['delete-accepted', 'web-a', 2003, 'harness'],
      ['deletion-timestamp-seen', 'web-a', 2005, 'api-watch'],
      ['replacement-created', 'web-c', 2010, 'api-watch'],
      ['replacement-scheduled', 'web-c', 2010, 'api-watch'],
      ['listener-closed', 'web-a', 2015, 'app-log'],
      ['slice-terminating', 'web-a', 2030, 'api-watch'],
      ['slice-not-ready', 'web-a', 2030, 'api-watch'],
      ['container-terminated', 'web-a', 2200, 'api-watch'],
      ['pod-gone', 'web-a', 2300, 'api-watch'],
      ['slice-removed', 'web-a', 2310, 'api-watch'],
      ['replacement-ready', 'web-c', 2800, 'api-watch'],
    ]);
  });

  it('leave out what the tidying-up does to Pods', async () => {
    const trial = await analyze();
    expect(trial.victims.map(({ name }) => name)).toEqual(['web-a']);
  });

  it('leave out what an app says when it is tidied away, after it was started again', async () => {
    const restarted = EVENTS.filter(({ type }) => type !== 'app-stamp');
    const stamps = EVENTS.filter(({ type }) => type === 'app-stamp').map((stamp) => ({
      ...stamp,
      atNs: ms(4200),
    }));
    const { milestones } = await analyze({ events: [...restarted, ...stamps] });
    expect(milestones.map(({ name }) => name)).not.toContain('listener-closed');
  });

  it('give the shutdown from the request to the container’s end where the app stamps no exit', async () => {
    expect((await analyze()).shutdownMs).toBe(200);
  });

  it('give the recovery when as many Pods are Ready as before', async () => {
    expect((await analyze()).recoveredMs).toBe(800);
  });

  it('give no recovery when the replacement never became Ready', async () => {
    const trial = await analyze({
      events: EVENTS.filter((event) => !(event.type === 'object' && event.atNs === ms(2800))),
    });
    expect(trial.recoveredMs).toBeNull();
  });

  it('find the victims of a rollout, which names no Pod', async () => {
    const trial = await analyze({
      record: { victims: [], trial: planned({ disruption: { type: 'rollout-restart' } }) },
    });
    expect(trial.victims.map(({ name }) => name)).toEqual(['web-a']);
    expect(trial.shutdownMs).toBe(200);
  });
});

describe('a trial is void', () => {
  it('when it did not come to its end', async () => {
    expect(codes(await analyze({ record: { state: 'aborted' } }))).toEqual(['trial-incomplete']);
  });

  it('when the disruption was refused', async () => {
    const events = EVENTS.map((event) =>
      event.type === 'action' && event.stage === 'accepted' ? action('refused', 2003) : event,
    );
    const trial = await analyze({ events });
    expect(trial.verdict).toBe('void');
    expect(trial.findings[0]?.message).toContain('HTTP 429: disruption budget');
  });

  it('when no Pod was seen going', async () => {
    const events = EVENTS.filter(
      (event) => !(event.type === 'object' && 'uid' in event && event.uid === 'a' && event.atNs > ms(2000)),
    );
    expect(codes(await analyze({ events }))).toEqual(['disruption-not-seen', 'not-ended']);
  });

  it('when the watch on Pods was blind between the disruption and the end of the load', async () => {
    const trial = await analyze({ events: [...EVENTS, gap('pods', 1900, 2001)] });
    expect(trial.verdict).toBe('void');
    expect(codes(trial)).toEqual(['observation-gap']);
  });

  it('only for a gap after the disruption, of an observer that the verdict needs', async () => {
    const trial = await analyze({
      events: [
        ...EVENTS,
        gap('pods', 1200, 1900),
        gap('app-log', 2100, 2200, 'app-log'),
        gap('events', 2100, 2200),
      ],
    });
    expect(trial.verdict).toBe('pass');
    expect(trial.findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['observation-gap', 'warning'],
      ['observation-gap', 'warning'],
    ]);
  });

  it('when more than 1 % of the requests never left the generator', async () => {
    const notSent = (id: number, at: number): RequestRecord =>
      request(id, at, {
        outcome: 'not-sent',
        startNs: null,
        firstByteNs: null,
        status: null,
        connection: null,
      });
    expect(codes(await analyze({ records: ledger(1000, 4000, { 1500: notSent }) }))).toEqual(['not-sent']);
  });

  it('when no request was sent', async () => {
    expect(codes(await analyze({ records: [] }))).toContain('nothing-sent');
  });

  it('when the load fell silent after the disruption, which would pass for success', async () => {
    expect(codes(await analyze({ records: ledger(1000, 2500) }))).toEqual(['load-silent']);
  });

  it.each([
    ['an id is missing', (records: RequestRecord[]) => records.toSpliced(7, 1)],
    ['an id appears twice', (records: RequestRecord[]) => [...records, request(3, 3900)]],
    [
      'an ok request has a status of 500',
      (records: RequestRecord[]) => records.with(3, request(4, 1300, { status: 500 })),
    ],
    [
      'times run backwards',
      (records: RequestRecord[]) => records.with(3, request(4, 1300, { endNs: ms(1) })),
    ],
    [
      'a record is another load’s',
      (records: RequestRecord[]) => records.with(3, request(4, 1300, { load: 'other' })),
    ],
  ])('when %s in the ledger', async (_, breakLaw) => {
    const trial = await analyze({ records: breakLaw([...ledger(1000, 4000)]) });
    expect(trial.verdict).toBe('void');
    expect(codes(trial)).toContain('conservation-broken');
  });

  it('when the engine counted more requests than the ledger has', async () => {
    const trial = await analyze({ intended: 31 });
    expect(trial.findings[0]?.message).toContain('meant to send 31 requests, the ledger has 30');
  });

  it('when the run itself recorded a void finding', async () => {
    const finding = { code: 'conservation-broken', severity: 'void' as const, message: 'seen at run time' };
    expect((await analyze({ record: { findings: [finding] } })).verdict).toBe('void');
  });
});

describe('a control', () => {
  const negative = planned({ role: 'negative-control', disruption: { type: 'none' } });
  const quiet = EVENTS.filter((event) => event.atNs < ms(1999) || event.type === 'phase');

  it('without a disruption passes when no request failed and fails when any did, at any time', async () => {
    const record = { trial: negative, victims: [] };
    expect((await analyze({ record, events: quiet })).verdict).toBe('pass');
    const records = ledger(1000, 4000, { 1200: failed });
    expect((await analyze({ record, events: quiet, records })).verdict).toBe('fail');
  });

  it('that kills a Pod passes when requests failed', async () => {
    const record = { trial: planned({ role: 'positive-control' }) };
    expect((await analyze({ record })).verdict).toBe('fail');
    expect((await analyze({ record, records: ledger(1000, 4000, { 2100: failed }) })).verdict).toBe('pass');
  });
});
