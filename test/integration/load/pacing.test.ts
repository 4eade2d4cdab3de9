import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome, RequestRecord } from '../../../src/model/request-record.ts';
import { engineNamed } from '../../../src/load/engine-named.ts';
import { monotonicClock } from '../../../src/load/monotonic-clock.ts';
import { HostileServer, type Play } from './hostile-server.ts';
import { runLoad } from './run-load.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';

const servers: HostileServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function listen(
  plays: readonly Play[] = [],
): Promise<{ host: string; port: number; server: HostileServer }> {
  const server = await HostileServer.listen(plays);
  servers.push(server);
  return { host: '127.0.0.1', port: server.port, server };
}

/** Does to this process what a busy machine would. */
function holdUp(ms: number): void {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

function intents(records: readonly RequestRecord[]): number[] {
  return records.toSorted((a, b) => a.id - b.id).map(({ intendedNs }) => intendedNs);
}

/** Whatever became of them: with several lanes the ids follow them only nearly. */
function dueTimes(records: readonly RequestRecord[]): number[] {
  return records.map(({ intendedNs }) => intendedNs).sort((a, b) => a - b);
}

function gapsMs(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => Math.round((time - (times[index] ?? 0)) / 1e6));
}

describe('the native engine', () => {
  it('means to send evenly, and records how late it was', async () => {
    const { records, summary } = await runLoad(
      { engine: 'native', ratePerSecond: 200, concurrency: 20 },
      [await listen()],
      (sofar) => sofar.length >= 60,
    );
    expect(new Set(gapsMs(intents(records)))).toEqual(new Set([5]));
    const lateness = records.flatMap(({ startNs, intendedNs }) =>
      startNs === null ? [] : [startNs - intendedNs],
    );
    expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0);
    expect(summary.latenessMs?.max).toBeCloseTo(Math.max(...lateness) / 1e6, 0);
  });

  it('records what it could not send for want of a connection, and goes on with the schedule', async () => {
    const { records, findings } = await runLoad(
      { engine: 'native', ratePerSecond: 100, concurrency: 1, responseTimeoutMs: 400 },
      [await listen(['ok', 'hang'])],
      (sofar) => sofar.filter(({ outcome }) => outcome === 'ok').length >= 10,
    );
    expect(findings).toEqual([]);
    const unsent = records.filter(({ outcome }) => outcome === 'not-sent');
    expect(unsent.length).toBeGreaterThan(10);
    expect(
      new Set(unsent.map(({ errorCode, startNs, clientPort }) => `${errorCode} ${startNs} ${clientPort}`)),
    ).toEqual(new Set(['CONCURRENCY_LIMIT null null']));
    expect(new Set(gapsMs(intents(records)))).toEqual(new Set([10]));
  });

  it('records what it could not send because it was held up itself, instead of sending it all at once', async () => {
    let held = false;
    const { records, findings } = await runLoad(
      { engine: 'native', ratePerSecond: 100, concurrency: 50 },
      [await listen()],
      (sofar) => {
        if (!held && sofar.length >= 5) {
          held = true;
          holdUp(400);
        }
        return sofar.length >= 60;
      },
    );
    expect(findings).toEqual([]);
    const unsent = records.filter(({ outcome }) => outcome === 'not-sent');
    expect(unsent.length).toBeGreaterThanOrEqual(25);
    expect(new Set(unsent.map(({ errorCode }) => errorCode))).toEqual(new Set(['GENERATOR_LATE']));
    expect(records.filter(({ outcome }) => outcome !== 'not-sent' && outcome !== 'ok')).toEqual([]);
  });

  it('spreads its connections over all targets in turn', async () => {
    const [left, right] = [await listen(), await listen()];
    await runLoad(
      { engine: 'native', connections: 'fresh', ratePerSecond: 200 },
      [left, right],
      (sofar) => sofar.length >= 40,
    );
    expect(Math.abs(left.server.seen.length - right.server.seen.length)).toBeLessThanOrEqual(1);
  });
});

describe('the autocannon engine', () => {
  it('paces evenly, where autocannon sends a second’s worth at once and is then silent', async () => {
    const { records, summary, findings } = await runLoad(
      { engine: 'autocannon', ratePerSecond: 100, concurrency: 4 },
      [await listen()],
      (sofar) => sofar.length >= 150,
    );
    expect(findings).toEqual([]);
    expect(summary.intended).toBe(records.length);
    expect(new Set(gapsMs(dueTimes(records)))).toEqual(new Set([10]));
  });

  it('sends a slot late when its connection was busy for a moment, and gives it up only after 100 ms', async () => {
    const plays = Array.from({ length: 10 }, () => ['ok', 'ok', 'slow-drip'] as const).flat();
    const { records, findings } = await runLoad(
      { engine: 'autocannon', ratePerSecond: 100, concurrency: 1 },
      [await listen(plays)],
      (sofar) => sofar.filter(({ outcome }) => outcome === 'ok').length >= 60,
    );
    expect(findings).toEqual([]);
    const slow = records.filter(({ startNs, endNs }) => (endNs ?? 0) - (startNs ?? Infinity) > 50e6);
    const late = records.filter(({ intendedNs, startNs }) =>
      slow.some((each) => intendedNs > each.intendedNs && intendedNs < (each.endNs ?? 0) && startNs !== null),
    );
    expect(late.length).toBeGreaterThan(0);
    // Not before it was free: the end of an answer is stamped a little after its last byte was read.
    for (const { startNs } of late) {
      const meanwhile = slow.filter((each) => (startNs ?? 0) > (each.startNs ?? 0) + 10e6);
      expect(meanwhile.some((each) => (startNs ?? 0) < (each.endNs ?? 0) - 20e6)).toBe(false);
    }
    const unsent = records.filter(({ outcome }) => outcome === 'not-sent');
    expect(unsent.every(({ endNs, intendedNs }) => (endNs ?? 0) - intendedNs >= 100e6)).toBe(true);
  });

  it('does not storm a closed port', async () => {
    const target = await listen();
    await target.server.close();
    servers.length = 0;
    const began = Date.now();
    const { records } = await runLoad(
      { engine: 'autocannon', ratePerSecond: undefined, concurrency: 10 },
      [target],
      () => Date.now() - began > 500,
    );
    expect(records.length).toBeGreaterThanOrEqual(10);
    // 10 connections, each at most every 10 ms; autocannon alone makes about 14,000 attempts a second.
    expect(records.length).toBeLessThanOrEqual((10 * (Date.now() - began)) / 10);
  });

  it('spreads its clients over all targets in turn', async () => {
    const [left, right] = [await listen(), await listen()];
    await runLoad(
      { engine: 'autocannon', ratePerSecond: 200, concurrency: 4 },
      [left, right],
      (sofar) => sofar.length >= 40,
    );
    expect(left.server.seen.length).toBeGreaterThan(10);
    expect(right.server.seen.length).toBeGreaterThan(10);
  });
});

describe.each(['native', 'autocannon'] as const)('the %s engine', (engine) => {
  it.each([1, 2, 20])(
    'has a row for all that was due while the service hung, at a concurrency of %i',
    async (concurrency) => {
      const hang = Array.from({ length: concurrency }, () => 'hang' as const);
      const { records, summary, findings } = await runLoad(
        { engine, ratePerSecond: 100, concurrency, responseTimeoutMs: 700 },
        [await listen(['ok', 'ok', ...hang])],
        (sofar) => sofar.filter(({ outcome }) => outcome === 'ok').length >= 10,
      );
      expect(findings).toEqual([]);
      expect(summary.intended).toBe(records.length);
      expect(new Set(gapsMs(dueTimes(records)))).toEqual(new Set([10]));
      const unsent = records.filter(({ outcome }) => outcome === 'not-sent');
      // The pool takes one request each; the last 100 ms of the hang are sent late.
      expect(unsent.length).toBeGreaterThanOrEqual(60 - 10 - concurrency);
      // Where the machine let the generator itself sleep meanwhile, it blames itself for what came due then.
      const blamed = new Set(unsent.map(({ errorCode }) => errorCode));
      expect(blamed).toContain('CONCURRENCY_LIMIT');
      expect([...blamed].filter((code) => code !== 'GENERATOR_LATE')).toEqual(['CONCURRENCY_LIMIT']);
      expect(unsent.every(({ startNs, connection }) => startNs === null && connection === null)).toBe(true);
      expect(unsent.every(({ endNs, intendedNs }) => (endNs ?? 0) - intendedNs >= 100e6)).toBe(true);
    },
  );

  it('has a row for all that was due when it is stopped while the service hangs', async () => {
    const target = await listen(['ok', ...Array.from({ length: 3 }, () => 'hang' as const)]);
    const { records, summary, findings } = await runLoad(
      { engine, ratePerSecond: 100, concurrency: 3, responseTimeoutMs: 10_000 },
      [target],
      (sofar) => sofar.filter(({ outcome }) => outcome === 'not-sent').length >= 20,
      50,
    );
    expect(findings).toEqual([]);
    expect(new Set(gapsMs(dueTimes(records)))).toEqual(new Set([10]));
    const last = Math.max(...records.map(({ intendedNs }) => intendedNs));
    expect((summary.stopNs - last) / 1e6).toBeLessThan(10);
    const censored = records.filter(({ outcome }) => outcome === 'censored');
    // Three hang; what was due in the last 100 ms could still have been sent.
    expect(censored.length).toBeGreaterThanOrEqual(3);
    expect(censored.filter(({ startNs }) => startNs === null).length).toBeLessThanOrEqual(11);
  });

  it('blames itself, not the service, for what was due while it slept behind a busy connection', async () => {
    let held = false;
    const { records } = await runLoad(
      { engine, ratePerSecond: 100, concurrency: 1, responseTimeoutMs: 1500 },
      [await listen(['ok', 'hang'])],
      (sofar) => {
        const blocked = sofar.some(({ errorCode }) => errorCode === 'CONCURRENCY_LIMIT');
        if (blocked && !held) {
          held = true;
          holdUp(500);
        }
        return sofar.filter(({ outcome }) => outcome === 'ok').length >= 3;
      },
    );
    const codes = Map.groupBy(
      records.filter(({ outcome }) => outcome === 'not-sent'),
      ({ errorCode }) => errorCode,
    );
    expect(new Set(codes.keys())).toEqual(new Set(['CONCURRENCY_LIMIT', 'GENERATOR_LATE']));
    // Asleep for 500 ms; what came due in the last 100 ms of it was still in time.
    expect(codes.get('GENERATOR_LATE')?.length).toBeGreaterThanOrEqual(30);
    expect(codes.get('GENERATOR_LATE')?.length).toBeLessThanOrEqual(60);
  });

  it('holds sends back while the ledger is behind, and says so', async () => {
    const target = await listen();
    const records: RequestRecord[] = [];
    let behind = false;
    const spec = loadSpec({ name: 'probe', engine, connections: 'keep-alive', ratePerSecond: 100 });
    const run = engineNamed(engine).start(spec, {
      targets: [target],
      nowNs: monotonicClock(process.hrtime.bigint()),
      onRecord: (record) => records.push(record),
      canRecord: () => !behind,
    });
    while (records.length < 10) await sleep(5);
    behind = true;
    await sleep(500);
    const sentWhileBehind = run.counters();
    behind = false;
    while (run.counters().byOutcome.ok < sentWhileBehind.byOutcome.ok + 10) await sleep(5);
    await run.stop({ drainMs: 500 });
    const unsent = records.filter(({ outcome }) => outcome === 'not-sent');
    expect(unsent.length).toBeGreaterThan(5);
    expect(new Set(unsent.map(({ errorCode }) => errorCode))).toEqual(new Set(['LEDGER_BEHIND']));
  });

  it('does not take answers that waited to be read for time-outs', async () => {
    const server = fork(join(import.meta.dirname, 'plain-server.ts'));
    const [port] = (await once(server, 'message')) as [number];
    const records: RequestRecord[] = [];
    const spec = loadSpec({
      engine,
      connections: 'fresh',
      ratePerSecond: 100,
      concurrency: 50,
      // Longer than a busy machine keeps a server from its CPU, shorter than what follows.
      responseTimeoutMs: 1500,
    });
    try {
      const run = engineNamed(engine).start(spec, {
        targets: [{ host: '127.0.0.1', port }],
        nowNs: monotonicClock(process.hrtime.bigint()),
        // Called while a socket is read: timers come next, the other sockets only after them.
        onRecord: (record) => {
          records.push(record);
          if (records.length === 5) holdUp(2500);
        },
      });
      while (records.length < 80) await sleep(5);
      await run.stop({ drainMs: 1000 });
      const fine: readonly Outcome[] = ['ok', 'not-sent', 'censored'];
      expect(records.filter(({ outcome }) => !fine.includes(outcome))).toEqual([]);
    } finally {
      server.kill();
    }
  });

  it('stops at once when it is aborted, before or after it began', async () => {
    const target = await listen(['hang', 'hang', 'hang', 'hang']);
    for (const beforehand of [true, false]) {
      const controller = new AbortController();
      if (beforehand) controller.abort();
      const records: RequestRecord[] = [];
      const run = engineNamed(engine).start(
        loadSpec({ name: 'probe', engine, connections: 'fresh', ratePerSecond: 100, concurrency: 2 }),
        {
          targets: [target],
          nowNs: monotonicClock(process.hrtime.bigint()),
          onRecord: (record) => records.push(record),
          signal: controller.signal,
        },
      );
      if (!beforehand) {
        while (target.server.seen.length < 2) await sleep(5);
        controller.abort();
      }
      const summary = await run.stop({ drainMs: 60_000 });
      expect(summary.inFlight).toBe(0);
      expect(records).toHaveLength(summary.intended);
      // What was due and had not been sent is censored too, more of it on a busy machine.
      const cutOff = records.filter(({ outcome, startNs }) => outcome === 'censored' && startNs !== null);
      if (!beforehand) expect(cutOff).toHaveLength(2);
    }
  });
});
