import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../src/model/request-record.ts';
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
    const busy = summary.skippedSlots + summary.byOutcome['not-sent'];
    const gaps = gapsMs(intents(records));
    expect(gaps.filter((gap) => gap === 10).length).toBeGreaterThanOrEqual(gaps.length - 2 * busy);
  });

  it('counts the slots that passed while a connection waited for its answer', async () => {
    const { summary, findings } = await runLoad(
      { engine: 'autocannon', ratePerSecond: 100, concurrency: 1, responseTimeoutMs: 300 },
      [await listen(['ok', 'hang'])],
      (sofar) => sofar.filter(({ outcome }) => outcome === 'ok').length >= 5,
    );
    expect(findings).toEqual([]);
    expect(summary.skippedSlots).toBeGreaterThanOrEqual(25);
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
      responseTimeoutMs: 200,
    });
    try {
      const run = engineNamed(engine).start(spec, {
        targets: [{ host: '127.0.0.1', port }],
        nowNs: monotonicClock(process.hrtime.bigint()),
        // Called while a socket is read: timers come next, the other sockets only after them.
        onRecord: (record) => {
          records.push(record);
          if (records.length === 5) holdUp(500);
        },
      });
      while (records.length < 80) await sleep(5);
      await run.stop({ drainMs: 1000 });
      expect(records.filter(({ outcome }) => outcome !== 'not-sent' && outcome !== 'ok')).toEqual([]);
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
      expect(records.filter(({ outcome }) => outcome === 'censored').length >= 2).toBe(!beforehand);
    }
  });
});
