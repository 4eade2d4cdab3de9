import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome, RequestRecord } from '../../../src/model/request-record.ts';
import { HostileServer, type Play } from './hostile-server.ts';
import { runLoad } from './run-load.ts';

/** Every play, and what the client must call it. */
const VERDICTS: Readonly<Record<Play, readonly [Outcome, string | null]>> = {
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
  'close-while-idle': ['ok', null],
  'unsolicited-while-idle': ['ok', null],
  'garbage-behind': ['ok', null],
  fin: ['closed-early', null],
  rst: ['reset', 'ECONNRESET'],
  'half-head': ['truncated', null],
  'continue-then-fin': ['closed-early', null],
  truncated: ['truncated', null],
  'truncated-by-rst': ['truncated', 'ECONNRESET'],
  'chunked-cut': ['truncated', null],
  'chunk-size-broken': ['truncated', 'HPE_INVALID_CHUNK_SIZE'],
  garbage: ['truncated', 'HPE_INVALID_CONSTANT'],
  hang: ['response-timeout', null],
};
const PLAYS = Object.keys(VERDICTS) as Play[];
const CLOSES_IDLE = new Set<Play>(['close-while-idle', 'unsolicited-while-idle']);
const ENGINES = ['native', 'autocannon'] as const;
const CONNECTIONS = ['keep-alive', 'fresh'] as const;
const MODES = ENGINES.flatMap((engine) => CONNECTIONS.map((connections) => ({ engine, connections })));

let server: HostileServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(plays: readonly Play[]): Promise<{ server: HostileServer; targets: [Target] }> {
  server = await HostileServer.listen(plays);
  return { server, targets: [{ host: '127.0.0.1', port: server.port }] };
}
interface Target {
  readonly host: string;
  readonly port: number;
}

describe.each(MODES)('$engine over $connections connections', ({ engine, connections }) => {
  it('gives every hostile answer its outcome, once, and matches every answer with its own request', async () => {
    // An ok before and after each play: what follows a hostile answer must be right again.
    const plays: Play[] = ['ok', 'ok', 'ok', ...PLAYS.flatMap((play): Play[] => [play, 'ok', 'ok'])];
    const { server, targets } = await serve(plays);
    const { records, findings } = await runLoad(
      { engine, connections, concurrency: 1, ratePerSecond: 50, responseTimeoutMs: 600 },
      targets,
      (sofar) => sent(sofar).length >= plays.length,
    );

    expect(findings).toEqual([]);
    const byHeader = new Map(sent(records).map((record) => [`probe-${record.id}`, record]));
    const judged = server.seen.slice(0, plays.length).map(({ id, play }, index) => {
      const record = byHeader.get(id);
      // The server's close and the client's next request can cross on their way: then that one met the close.
      const crossed = record !== undefined && CLOSES_IDLE.has(plays[index - 1] ?? 'ok') && raced(record);
      const outcome = crossed ? 'ok' : record?.outcome;
      const errorCode = crossed ? null : record?.errorCode;
      const answered = !crossed && (outcome === 'ok' || outcome === 'http-error');
      return { play, outcome, errorCode, ownAnswer: !answered || record?.pod === `pod-${id}` };
    });
    expect(judged).toEqual(
      plays.map((play) => ({
        play,
        outcome: VERDICTS[play][0],
        errorCode: VERDICTS[play][1],
        ownAnswer: true,
      })),
    );
    // autocannon alone goes from 5 to 10, 21 and 101 ms here: every answer is taken for an older request's.
    const latencies = sent(records).filter((record) => record.outcome === 'ok');
    const calm = median(latencies.slice(0, 3).map(latencyMs));
    expect(median(latencies.slice(3).map(latencyMs))).toBeLessThan(10 * calm);
    expect(Math.min(...latencies.map(latencyMs))).toBeGreaterThan(1);
  });

  it('tells of every answer whether it announced the close of its connection', async () => {
    const announced: Partial<Record<Play, boolean | null>> = {
      ok: false,
      'error-503': false,
      chunked: false,
      'empty-204': false,
      'until-fin': true,
      'close-header': true,
      'http-1.0': true,
      truncated: false,
      fin: null,
      'half-head': null,
      'continue-then-fin': null,
    };
    const plays = Object.keys(announced) as Play[];
    const { server, targets } = await serve(plays);
    const { records } = await runLoad(
      { engine, connections, concurrency: 1, ratePerSecond: 50 },
      targets,
      (sofar) => sent(sofar).length >= plays.length,
    );
    const byHeader = new Map(records.map((record) => [`probe-${record.id}`, record]));
    const told = server.seen
      .slice(0, plays.length)
      .map(({ id, play }) => [play, byHeader.get(id)?.announcedClose]);
    expect(Object.fromEntries(told)).toEqual(announced);
  });

  it('knows the client port of every request that reached the network', async () => {
    const { targets } = await serve([]);
    const { records } = await runLoad(
      { engine, connections, concurrency: 2, ratePerSecond: 100 },
      targets,
      (sofar) => sent(sofar).length >= 10,
    );
    expect(sent(records).every((record) => (record.clientPort ?? 0) > 0)).toBe(true);
    const connectionsOfPorts = new Set(
      sent(records).map((record) => `${record.connection}:${record.clientPort}`),
    );
    expect(connectionsOfPorts.size).toBe(new Set(sent(records).map((record) => record.connection)).size);
  });

  it('numbers requests on a connection from 0 and knows its age', async () => {
    const { targets } = await serve([]);
    const { records } = await runLoad(
      { engine, connections, concurrency: 1, ratePerSecond: 100 },
      targets,
      (sofar) => sent(sofar).length >= 5,
    );
    const first = sent(records).slice(0, 5);
    const fresh = connections === 'fresh';
    expect(first.map((record) => record.requestOnConnection)).toEqual(
      fresh ? [0, 0, 0, 0, 0] : [0, 1, 2, 3, 4],
    );
    expect(first.map((record) => record.connection)).toEqual(fresh ? [1, 2, 3, 4, 5] : [1, 1, 1, 1, 1]);
    expect(first.map((record) => (record.connectionAgeMs ?? -1) > 0)).toEqual(
      fresh ? [false, false, false, false, false] : [false, true, true, true, true],
    );
  });

  it('records a closed port as refused, with both ends of the connection that was tried', async () => {
    const { server, targets } = await serve([]);
    await server.close();
    const { records, findings } = await runLoad(
      { engine, connections, concurrency: 2 },
      targets,
      (sofar) => sofar.length >= 5,
    );
    expect(findings).toEqual([]);
    expect(new Set(records.map((record) => `${record.outcome} ${record.errorCode ?? ''}`))).toEqual(
      new Set(['refused ECONNREFUSED']),
    );
    expect(records.every((record) => (record.clientPort ?? 0) > 0)).toBe(true);
    expect(records.every(({ serverAddress }) => serverAddress === '127.0.0.1')).toBe(true);
  });

  it('censors what is still open when the load is stopped, and settles what ends within the drain', async () => {
    const { server, targets } = await serve(['ok', 'hang', 'hang']);
    const { records, summary, findings } = await runLoad(
      { engine, connections, concurrency: 3, ratePerSecond: 60, responseTimeoutMs: 10_000 },
      targets,
      () => server.seen.filter(({ play }) => play === 'hang').length === 2,
      1000,
    );
    expect(findings).toEqual([]);
    expect(summary.inFlight).toBe(0);
    // What was due and could no longer be sent is censored too, with no start.
    const open = records.filter((record) => record.outcome === 'censored' && record.startNs !== null);
    expect(open.map((record) => `probe-${record.id}`).sort()).toEqual(
      server.seen
        .filter(({ play }) => play === 'hang')
        .map(({ id }) => id)
        .sort(),
    );
    expect(open.every((record) => record.endNs !== null)).toBe(true);
  });

  it('reads an answer to HEAD without waiting for a body', async () => {
    const { server, targets } = await serve([]);
    const { records, findings } = await runLoad(
      { engine, connections, method: 'HEAD', concurrency: 1, responseTimeoutMs: 600 },
      targets,
      (sofar) => sent(sofar).length >= 3,
    );
    // The server sends a body all the same: bytes that nobody asked for, which must not become the next answer.
    expect(findings).toEqual([]);
    expect(server.seen.every(({ method }) => method === 'HEAD')).toBe(true);
    expect(new Set(sent(records).map((record) => record.outcome))).toEqual(new Set(['ok']));
  });

  it('sends a body whole', async () => {
    const { server, targets } = await serve(['continue-then-ok']);
    const { records } = await runLoad(
      { engine, connections, method: 'POST', body: 'ünïcode '.repeat(10_000), concurrency: 1 },
      targets,
      (sofar) => sent(sofar).length >= 3,
    );
    expect(server.seen.length).toBeGreaterThanOrEqual(3);
    expect(new Set(sent(records).map((record) => record.outcome))).toEqual(new Set(['ok']));
  });

  it('keeps the books over thousands of requests under random hostility', async () => {
    const short = PLAYS.filter((play) => play !== 'hang' && play !== 'slow-drip');
    const plays = Array.from({ length: 2000 }, (_, index) => short[(index * 7919) % 97] ?? 'ok');
    const { server, targets } = await serve(plays);
    const { records, summary, findings } = await runLoad(
      {
        engine,
        connections,
        concurrency: 8,
        ratePerSecond: engine === 'native' ? 800 : undefined,
        responseTimeoutMs: 5000,
      },
      [...targets, ...targets],
      () => server.seen.length >= plays.length,
      5000,
    );
    expect(findings).toEqual([]);
    const seen = new Map(server.seen.map(({ id, play }) => [id, play]));
    const astray = records.filter((record) => {
      const play = seen.get(`probe-${record.id}`);
      // Due, and without a place when the load was stopped: nobody will ever know.
      if (play === undefined) return record.outcome !== 'not-sent' && record.startNs !== null;
      return record.outcome !== VERDICTS[play][0];
    });
    const closes = server.seen.filter(({ play }) => CLOSES_IDLE.has(play));
    expect(astray.filter((record) => !raced(record))).toEqual([]);
    expect(astray.length).toBeLessThanOrEqual(connections === 'fresh' ? 0 : closes.length);
    expect(summary.intended).toBe(records.length);
  });
});

/** A request written just as the server closed (`close-while-idle`, `unsolicited-while-idle`) can meet either end. */
function raced(record: RequestRecord): boolean {
  return record.requestOnConnection !== 0 && ['reset', 'closed-early', 'http-error'].includes(record.outcome);
}

function sent(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter((record) => record.outcome !== 'not-sent' && record.outcome !== 'censored');
}

function latencyMs(record: RequestRecord): number {
  return ((record.endNs ?? 0) - (record.startNs ?? 0)) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
