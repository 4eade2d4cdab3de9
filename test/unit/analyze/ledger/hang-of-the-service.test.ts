import { describe, expect, it } from 'vitest';

import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import { loadSchema, type LoadSpec, type Target } from '../../../../src/model/scenario.ts';
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

const SERVICE_MS = 8;
const FROM_MS = 1000;
const TO_MS = 12_000;
const LATEST_MS = 100;

/** Delete at 2 s, the container ended at 3 s, the load stopped at 12 s. */
const EVENTS: readonly NewHistoryEvent[] = [
  phase('deploy', 0),
  pod('LISTED', 'a', 500, { ready: true }),
  pod('LISTED', 'b', 500, { ready: true }),
  phase('baseline', FROM_MS),
  phase('disrupt', 1999),
  action('requested', 2000),
  action('accepted', 2003),
  pod('MODIFIED', 'a', 2005, { ready: true, deleting: true }),
  pod('ADDED', 'c', 2010),
  pod('MODIFIED', 'c', 2800, { ready: true }),
  pod('MODIFIED', 'a', 3000, { deleting: true, terminated: true }),
  pod('DELETED', 'a', 3100, { deleting: true, terminated: true }),
  phase('stop-load', TO_MS),
  phase('clean-up', TO_MS + 100),
];

type Engine = 'native' | 'autocannon' | 'autocannon without rows for what it let pass';

interface Hang {
  readonly fromMs: number;
  readonly toMs: number;
}

function specOf(engine: Engine, concurrency: number, ratePerSecond: number): LoadSpec {
  const name = engine === 'native' ? 'native' : 'autocannon';
  return loadSchema.parse({
    name: 'fresh',
    engine: name,
    connections: 'keep-alive',
    concurrency,
    ratePerSecond,
  });
}

/**
 * What the engines write of a service that answers everything after 8 ms, and nothing while it hangs: whoever asks
 * meanwhile is answered 8 ms after its end.
 */
function ledgerOf(engine: Engine, { concurrency, ratePerSecond = 1 }: LoadSpec, hang: Hang): RequestRecord[] {
  const records: RequestRecord[] = [];
  const freeAt = Array.from({ length: concurrency }, () => 0);
  const periodMs = 1000 / ratePerSecond;
  for (let slot = 0; FROM_MS + slot * periodMs < TO_MS; slot++) {
    const due = FROM_MS + slot * periodMs;
    const lane = engine === 'native' ? freeAt.indexOf(Math.min(...freeAt)) : slot % concurrency;
    const start = Math.max(due, freeAt[lane] ?? 0);
    const id = records.length + 1;
    if (engine.endsWith('let pass') && start > due) continue;
    if (start - due > LATEST_MS) {
      records.push(notSent(id, due));
      continue;
    }
    const end = (start >= hang.fromMs - SERVICE_MS && start < hang.toMs ? hang.toMs : start) + SERVICE_MS;
    freeAt[lane] = end;
    records.push(request(id, due, { startNs: ms(start), firstByteNs: ms(end), endNs: ms(end) }));
  }
  return records;
}

function notSent(id: number, dueMs: number, errorCode = 'CONCURRENCY_LIMIT'): RequestRecord {
  return request(id, dueMs, {
    outcome: 'not-sent',
    errorCode,
    startNs: null,
    firstByteNs: null,
    endNs: ms(dueMs + LATEST_MS),
    status: null,
    pod: null,
    connection: null,
    clientPort: null,
  });
}

async function analyze(
  spec: LoadSpec,
  records: readonly RequestRecord[],
  target: Partial<Target> = {},
): Promise<AnalyzedTrial> {
  return await analyzeTrial(
    {
      record: trialRecord({ trial: planned() }),
      directory: 'trials/001-none',
      events: numbered(EVENTS),
      ledgers: [{ load: 'fresh', intended: null, records: streamed(records), findings: () => [] }],
      findings: [],
    },
    [spec],
    { maxFailingTrials: 0.5, ...target },
  );
}

async function hangOf(
  engine: Engine,
  concurrency: number,
  hangMs: number,
  target: Partial<Target> = {},
): Promise<AnalyzedTrial> {
  const spec = specOf(engine, concurrency, 100);
  return analyze(spec, ledgerOf(engine, spec, { fromMs: 2500, toMs: 2500 + hangMs }), target);
}

/** What users see who come at the load's pace and wait for no connection: from the disruption on, sorted. */
function usersLatencies({ fromMs, toMs }: Hang): readonly number[] {
  const latencies: number[] = [];
  for (let due = 2000; due < TO_MS; due += 10) {
    latencies.push((due >= fromMs - SERVICE_MS && due < toMs ? toMs - due : 0) + SERVICE_MS);
  }
  return latencies.sort((a, b) => a - b);
}

const ENGINES: readonly Engine[] = ['native', 'autocannon', 'autocannon without rows for what it let pass'];
const CONCURRENCIES = [1, 3, 20, 60, 500];
const CASES = ENGINES.flatMap((engine) => CONCURRENCIES.map((concurrency) => ({ engine, concurrency })));

describe.each(CASES)('a service that hangs, seen by $engine at a concurrency of $concurrency', (options) => {
  const { engine, concurrency } = options;

  it.each([1100, 1600, 4800])('for %i ms fails the trial and shows for how long', async (hangMs) => {
    const trial = await hangOf(engine, concurrency, hangMs);
    expect(trial.verdict).toBe('fail');
    const [load] = trial.loads;
    // From the last good answer before it, up to a slot early, to the first one after it.
    expect(load?.unavailableMs).toBeGreaterThanOrEqual(hangMs);
    expect(load?.unavailableMs).toBeLessThanOrEqual(hangMs + 2 * SERVICE_MS + 10);
    expect(load?.unavailableAtLeast).toBe(false);
    const said = trial.findings.filter(({ code }) => code === 'unavailable' || code === 'held-up');
    expect(said.some(({ severity }) => severity === 'warning')).toBe(true);
  });

  it('for less than a second is shown, and is no failure', async () => {
    const trial = await hangOf(engine, concurrency, 700);
    expect(trial.verdict).toBe('pass');
    expect(trial.loads[0]?.unavailableMs).toBeGreaterThanOrEqual(700);
  });

  it('has the percentiles that users see, who do not wait for a free connection', async () => {
    const hang = { fromMs: 2500, toMs: 2500 + 4800 };
    const users = usersLatencies(hang);
    const { eventLatencyMs } = (await hangOf(engine, concurrency, 4800)).loads[0] ?? {};
    const figures = [eventLatencyMs?.p50, eventLatencyMs?.p99, eventLatencyMs?.max].map(Number);
    const truth = [0.5, 0.99, 1].map((q) => users[Math.ceil(q * users.length) - 1] ?? NaN);
    for (const [index, figure] of figures.entries()) {
      expect(Math.abs(figure - (truth[index] ?? NaN))).toBeLessThanOrEqual(LATEST_MS + 2 * SERVICE_MS);
    }
    const unsent = concurrency < 500;
    expect(eventLatencyMs?.censored?.lowerBounds ?? []).toEqual(unsent ? ['p99', 'max'] : []);
  });
});

describe.each(['native', 'autocannon'] as const)('what %s could not send', (engine) => {
  it.each([1, 3, 20, 60])(
    'is held up for as long as none of its %i connections was free',
    async (concurrency) => {
      const hangMs = 4800;
      const { loads } = await hangOf(engine, concurrency, hangMs);
      // Every 10 ms one more of them waits, until all do; what is due then can no more be sent.
      const takenMs = 10 * concurrency;
      expect(loads[0]?.heldUpMs).toBeGreaterThan(hangMs - takenMs - LATEST_MS);
      expect(loads[0]?.heldUpMs).toBeLessThanOrEqual(hangMs - takenMs + 2 * SERVICE_MS + 10);
      expect(loads[0]?.heldUp).toBeGreaterThan((hangMs - takenMs - 2 * LATEST_MS) / 10);
      expect(loads[0]?.byOutcome['not-sent']).toBe(loads[0]?.heldUp);
    },
  );
});

it.each([1, 20])(
  'an unpaced closed model of %i connections shows a hang of 1.1 s, which holds nothing up',
  async (concurrency) => {
    const unpaced = loadSchema.parse({
      ...{ name: 'fresh', engine: 'autocannon', connections: 'keep-alive', concurrency },
    });
    const hang = { fromMs: 2500, toMs: 3600 };
    const records: RequestRecord[] = [];
    for (let lane = 0; lane < concurrency; lane++) {
      for (let at = FROM_MS; at < TO_MS;) {
        const end = (at > hang.fromMs - SERVICE_MS && at < hang.toMs ? hang.toMs : at) + SERVICE_MS;
        const times = { startNs: ms(at), firstByteNs: ms(end), endNs: ms(end) };
        records.push(request(records.length + 1, at, times));
        at = end;
      }
    }
    const { loads, verdict } = await analyze(unpaced, records);
    expect(verdict).toBe('fail');
    expect(loads[0]).toMatchObject({ heldUp: 0, failed: 0, failing: true });
    expect(loads[0]?.unavailableMs).toBeGreaterThanOrEqual(1100);
    expect(loads[0]?.unavailableMs).toBeLessThanOrEqual(1100 + 2 * SERVICE_MS);
  },
);

describe('the targets of a scenario', () => {
  it('can allow a longer time without a good answer, or a shorter one', async () => {
    expect((await hangOf('native', 60, 1500, { maxUnavailableMs: 2000 })).verdict).toBe('pass');
    const strict = await hangOf('native', 60, 300, { maxUnavailableMs: 200 });
    expect(strict.verdict).toBe('fail');
    expect(strict.findings.find(({ code }) => code === 'unavailable')?.message).toMatch(
      /^Load “fresh” got no good answer for 3\d\d ms \(limit: 200 ms\): that counts as failed\.$/,
    );
  });

  it('can fail a trial by its 99th percentile, also where only a lower bound of it is known', async () => {
    expect((await hangOf('native', 500, 300, { maxP99Ms: 100 })).verdict).toBe('fail');
    expect((await hangOf('native', 500, 300, { maxP99Ms: 400 })).verdict).toBe('pass');
    const bound = await hangOf('native', 3, 700, { maxP99Ms: 300 });
    expect(bound.verdict).toBe('fail');
    expect(bound.findings.find(({ code }) => code === 'p99-above-target')?.message).toMatch(
      /99th percentile of at least \d+ ms \(target: 300 ms\)/,
    );
  });

  it('are not said to be met by a bound below them', async () => {
    const trial = await hangOf('native', 3, 700, { maxP99Ms: 5000 });
    expect(trial.verdict).toBe('pass');
    expect(trial.findings.map(({ code }) => code)).toContain('p99-not-known');
  });
});

describe('the longest time without a good answer', () => {
  const NATIVE = specOf('native', 20, 100);
  const calm = ledgerOf('native', NATIVE, { fromMs: Infinity, toMs: Infinity });
  const replaced = (changed: (id: number, dueMs: number) => RequestRecord | null): readonly RequestRecord[] =>
    calm.map((record) => changed(record.id, record.intendedNs / 1e6) ?? record);

  it('is not the pace of a slow load', async () => {
    const slow = specOf('native', 20, 0.5);
    const trial = await analyze(slow, ledgerOf('native', slow, { fromMs: Infinity, toMs: Infinity }));
    expect(trial.loads[0]?.unavailableMs).toBeCloseTo(SERVICE_MS);
    expect(trial.verdict).toBe('pass');
  });

  it('lasts over all requests that fail, until the first good answer', async () => {
    const records = replaced((id, due) => (due >= 3000 && due < 3400 ? failed(id, due) : null));
    expect((await analyze(NATIVE, records)).loads[0]?.unavailableMs).toBeCloseTo(400 + SERVICE_MS);
  });

  it('is short where others are served meanwhile', async () => {
    const records = replaced((id, due) =>
      due >= 3000 && due < 5000 && id % 2 === 0 ? failed(id, due) : null,
    );
    expect((await analyze(NATIVE, records)).loads[0]?.unavailableMs).toBeCloseTo(10 + SERVICE_MS);
  });

  it('is at least so long where the load was stopped before a good answer came', async () => {
    const records = replaced((id, due) =>
      due < 11_000
        ? null
        : request(id, due, { outcome: 'response-timeout', endNs: ms(due + 5000), status: null, pod: null }),
    );
    expect((await analyze(NATIVE, records)).loads[0]).toMatchObject({
      unavailableMs: 1000,
      unavailableAtLeast: true,
    });
  });

  it('does not begin before the disruption, nor count what came before it', async () => {
    const records = replaced((id, due) => (due >= 1200 && due < 2050 ? failed(id, due) : null));
    expect((await analyze(NATIVE, records)).loads[0]?.unavailableMs).toBeCloseTo(50 + SERVICE_MS);
  });

  it('leaves out what the generator itself slept through', async () => {
    const records = replaced((id, due) => {
      if (due >= 3000 && due < 4500) return notSent(id, due, 'GENERATOR_LATE');
      // On its way when the generator fell asleep, and read when it woke up.
      return due >= 2980 && due < 3000 ? request(id, due, { endNs: ms(4590) }) : null;
    });
    expect((await analyze(NATIVE, records)).loads[0]?.unavailableMs).toBeLessThan(50);
  });
});

describe('a load that is held up on some of its connections', () => {
  it('is told so by the connections, and by time only where none was free', async () => {
    const spec = specOf('autocannon', 20, 100);
    // Five of twenty connections wait for 900 ms: each lets some slots pass, all others go on.
    const records = ledgerOf('autocannon', spec, { fromMs: Infinity, toMs: Infinity }).map((record) => {
      const due = record.intendedNs / 1e6;
      const lane = (record.id - 1) % 20;
      if (lane >= 5 || due < 3000 || due >= 3900) return record;
      return due < 3200 ? { ...record, endNs: ms(3950) } : notSent(record.id, due);
    });
    const { loads, findings } = await analyze(spec, records);
    expect(loads[0]).toMatchObject({ heldUp: 20, heldUpMs: 0, failing: false });
    expect(findings.find(({ code }) => code === 'held-up')?.message).toBe(
      '20 requests of load “fresh” could not be sent: the connection of each was waiting for the service.',
    );
  });
});
