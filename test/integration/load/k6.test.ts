import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome, RequestRecord } from '../../../src/model/request-record.ts';
import { engineNamed } from '../../../src/load/engine-named.ts';
import { monotonicClock } from '../../../src/load/monotonic-clock.ts';
import { findK6 } from '../../../src/run/find-k6.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';
import { HostileServer, type Play } from './hostile-server.ts';
import { runLoad } from './run-load.ts';

/**
 * The contract that contract.test.ts holds the engines of our own against, as far as k6 tells enough to keep it. What it
 * cannot: the client's port; whether an answer is the interim one (`continue-then-fin` began to it); the announced close
 * of an answer whose framing Go hides; the status and Pod of an answer that broke off.
 */
const VERDICTS: Readonly<Partial<Record<Play, readonly [Outcome, string | null]>>> = {
  ok: ['ok', null],
  'error-503': ['http-error', null],
  chunked: ['ok', null],
  'empty-204': ['ok', null],
  'not-modified-304': ['ok', null],
  'until-fin': ['ok', null],
  'continue-then-ok': ['ok', null],
  'slow-drip': ['ok', null],
  'close-header': ['ok', null],
  'http-1.0': ['ok', null],
  'garbage-behind': ['ok', null],
  fin: ['closed-early', null],
  rst: ['reset', 'ECONNRESET'],
  'half-head': ['truncated', 'K6_1000'],
  'continue-then-fin': ['truncated', null],
  truncated: ['truncated', null],
  'truncated-by-rst': ['truncated', 'ECONNRESET'],
  'chunked-cut': ['truncated', null],
  'chunk-size-broken': ['truncated', 'K6_1000'],
  garbage: ['truncated', 'K6_1000'],
  hang: ['response-timeout', null],
};
/** Go's transport sends these once more where the connection was used before: k6 tells of the second attempt. */
const REPEATED = new Set<Play>(['fin', 'rst']);
const PLAYS = Object.keys(VERDICTS) as Play[];

let server: HostileServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(plays: readonly Play[]) {
  server = await HostileServer.listen(plays);
  return { server, targets: [{ host: '127.0.0.1', port: server.port }] };
}

describe.each(['keep-alive', 'fresh'] as const)('k6 over %s connections', (connections) => {
  it('gives every hostile answer its outcome, once, and its own books agree', async () => {
    const plays: Play[] = ['ok', 'ok', 'ok', ...PLAYS.flatMap((play): Play[] => [play, 'ok', 'ok'])];
    const { server, targets } = await serve(plays);
    const { records, summary, findings } = await runLoad(
      { engine: 'k6', connections, concurrency: 1, ratePerSecond: 50, responseTimeoutMs: 600 },
      targets,
      () => server.seen.length > plays.length,
    );
    expect(findings).toEqual([]);
    expect(summary.told?.map(({ name }) => name)).toEqual([
      'drainbench_sent',
      'http_reqs',
      'dropped_iterations',
    ]);
    const byHeader = new Map(records.map((record) => [`probe-${record.id}`, record]));
    const seen = server.seen.slice(0, plays.length);
    const repeats = seen.filter(({ id }, index) => id === server.seen[index + 1]?.id);
    const judged = seen
      .filter((request) => !repeats.includes(request))
      .map(({ id, play }) => {
        const record = byHeader.get(id);
        const answered = record?.outcome === 'ok' || record?.outcome === 'http-error';
        return {
          play,
          outcome: record?.outcome,
          errorCode: record?.errorCode,
          ownAnswer: !answered || record.pod === `pod-${id}`,
        };
      });
    expect(judged).toEqual(
      judged.map(({ play }) => ({
        play,
        outcome: VERDICTS[play]?.[0],
        errorCode: VERDICTS[play]?.[1],
        ownAnswer: true,
      })),
    );
    expect(repeats.map(({ play }) => play).sort()).toEqual(
      connections === 'fresh' ? [] : [...REPEATED].sort(),
    );
    expect(summary.silentReconnects).toBe(repeats.length);
  });

  it('tells of an answer whether it announced the close of its connection, where k6 lets it see that', async () => {
    const announced: Partial<Record<Play, boolean | null>> = {
      ok: false,
      'error-503': false,
      chunked: null,
      'empty-204': false,
      'until-fin': null,
      'close-header': true,
      'http-1.0': true,
      truncated: null,
    };
    const plays = Object.keys(announced) as Play[];
    const { server, targets } = await serve(plays);
    const { records } = await runLoad(
      { engine: 'k6', connections, concurrency: 1, ratePerSecond: 50 },
      targets,
      (sofar) => sofar.length > plays.length,
    );
    const byHeader = new Map(records.map((record) => [`probe-${record.id}`, record]));
    const told = server.seen
      .slice(0, plays.length)
      .map(({ id, play }) => [play, byHeader.get(id)?.announcedClose]);
    expect(Object.fromEntries(told)).toEqual(announced);
  });

  it('numbers requests on a connection from 0, knows its age and the bytes, and not the port', async () => {
    const { targets } = await serve([]);
    const { records } = await runLoad(
      { engine: 'k6', connections, concurrency: 1, ratePerSecond: 100 },
      targets,
      (sofar) => sent(sofar).length >= 5,
    );
    const first = sent(records).slice(0, 5);
    const fresh = connections === 'fresh';
    expect(first.map(({ requestOnConnection }) => requestOnConnection)).toEqual(
      fresh ? [0, 0, 0, 0, 0] : [0, 1, 2, 3, 4],
    );
    expect(first.map(({ connection }) => connection)).toEqual(fresh ? [1, 2, 3, 4, 5] : [1, 1, 1, 1, 1]);
    expect(first.map(({ connectionAgeMs }) => (connectionAgeMs ?? -1) > 0)).toEqual(
      fresh ? [false, false, false, false, false] : [false, true, true, true, true],
    );
    expect(first.every(({ serverAddress }) => serverAddress === '127.0.0.1')).toBe(true);
    expect(first.every(({ clientPort }) => clientPort === null)).toBe(true);
    const answer = (id: number) =>
      `HTTP/1.1 200 OK\r\nx-request-id: probe-${String(id)}\r\nX-Pod: pod-probe-${String(id)}\r\nContent-Length: 5\r\n\r\nhello`;
    expect(first.map(({ bytesRead }) => bytesRead)).toEqual(first.map(({ id }) => answer(id).length));
  });

  it('records a closed port as refused, with its start and an end', async () => {
    const { server, targets } = await serve([]);
    await server.close();
    const { records, findings } = await runLoad(
      { engine: 'k6', connections, concurrency: 2 },
      targets,
      (sofar) => sofar.length >= 5,
    );
    expect(findings).toEqual([]);
    expect(new Set(records.map((record) => `${record.outcome} ${record.errorCode ?? ''}`))).toEqual(
      new Set(['refused ECONNREFUSED']),
    );
  });

  it('censors what is still open when it is stopped, and settles what ends within the drain', async () => {
    const { server, targets } = await serve(['ok', 'hang', 'hang']);
    const { records, summary, findings } = await runLoad(
      { engine: 'k6', connections, concurrency: 3, ratePerSecond: 60, responseTimeoutMs: 10_000 },
      targets,
      () => server.seen.filter(({ play }) => play === 'hang').length === 2,
      1000,
    );
    expect(findings).toEqual([]);
    expect(summary.inFlight).toBe(0);
    const open = records.filter(({ outcome }) => outcome === 'censored');
    const hung = server.seen.filter(({ play }) => play === 'hang').map(({ id }) => id);
    expect(open.map(({ id }) => `probe-${String(id)}`)).toEqual(expect.arrayContaining(hung));
    // k6 goes on sending during the drain, with the one VU that is left.
    expect(open.length).toBeLessThanOrEqual(3);
    expect(open.every(({ startNs, endNs }) => startNs !== null && endNs !== null)).toBe(true);
  });

  it('reads an answer to HEAD without waiting for a body, and sends a body whole', async () => {
    const head = await serve([]);
    const headed = await runLoad(
      { engine: 'k6', connections, method: 'HEAD', concurrency: 1, responseTimeoutMs: 600 },
      head.targets,
      (sofar) => sent(sofar).length >= 3,
    );
    expect(headed.findings).toEqual([]);
    expect(head.server.seen.every(({ method }) => method === 'HEAD')).toBe(true);
    await head.server.close();
    const post = await serve([]);
    const posted = await runLoad(
      { engine: 'k6', connections, method: 'POST', body: 'ünïcode '.repeat(10_000), concurrency: 1 },
      post.targets,
      (sofar) => sent(sofar).length >= 3,
    );
    expect(new Set(sent(posted.records).map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect(sent(posted.records).length).toBeGreaterThanOrEqual(3);
  });
});

it('records what it had no VU for, with ids of their own, and k6 counts as many', async () => {
  const { targets } = await serve(['hang', 'hang']);
  const { records, summary, findings } = await runLoad(
    { engine: 'k6', connections: 'keep-alive', concurrency: 2, ratePerSecond: 100, responseTimeoutMs: 400 },
    targets,
    (sofar) => sent(sofar).length >= 20,
  );
  expect(findings).toEqual([]);
  const lost = records.filter(({ outcome }) => outcome === 'not-sent');
  expect(lost.length).toBeGreaterThan(5);
  expect(new Set(lost.map(({ errorCode }) => errorCode))).toEqual(new Set(['CONCURRENCY_LIMIT']));
  expect(summary.told?.find(({ name }) => name === 'dropped_iterations')?.told).toBe(lost.length);
  expect(Math.max(...records.map(({ id }) => id))).toBe(records.length);
});

it('means to send evenly: what it sent and what it could not fill every slot of the schedule', async () => {
  const { targets } = await serve(['hang']);
  const { records } = await runLoad(
    { engine: 'k6', connections: 'keep-alive', concurrency: 1, ratePerSecond: 100, responseTimeoutMs: 300 },
    targets,
    (sofar) => sent(sofar).length >= 30,
  );
  const due = records.map(({ intendedNs }) => intendedNs).toSorted((a, b) => a - b);
  const spanNs = (due.at(-1) ?? 0) - (due[0] ?? 0);
  expect(Math.round(spanNs / 10e6) + 1).toBe(records.length);
});

it('puts what k6 stamps on the run’s clock, with an uncertainty that it states', async () => {
  const { server, targets } = await serve([]);
  const load = loadSpec({ engine: 'k6', concurrency: 1, ratePerSecond: 100 });
  const nowNs = monotonicClock(process.hrtime.bigint());
  const records: RequestRecord[] = [];
  const seenNs = new Map<string, number>();
  const push = server.seen.push.bind(server.seen);
  server.seen.push = (...requests) => {
    for (const { id } of requests) seenNs.set(id, nowNs());
    return push(...requests);
  };
  const run = engineNamed('k6').start(
    { ...load, k6: (await findK6()).path },
    { targets, nowNs, onRecord: (record) => records.push(record) },
  );
  await run.sending;
  for (let waited = 0; sent(records).length < 30 && waited < 20_000; waited += 5) await sleep(5);
  const summary = await run.stop({ drainMs: 500 });
  expect(summary.clockUncertaintyNs).toBeLessThan(1e6);
  const off = summary.clockUncertaintyNs ?? Infinity;
  // The server read each request after k6 began to send it, and answered before k6 had it whole.
  for (const { id, startNs, endNs } of sent(records)) {
    const readNs = seenNs.get(`probe-${String(id)}`) ?? NaN;
    expect(readNs).toBeGreaterThanOrEqual((startNs ?? NaN) - off);
    expect(readNs).toBeLessThanOrEqual((endNs ?? NaN) + off);
  }
});

function sent(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter(({ outcome }) => outcome !== 'not-sent' && outcome !== 'censored');
}
