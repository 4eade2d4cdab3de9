import { afterEach, describe, expect, it } from 'vitest';

import type { RequestRecord } from '../../../src/model/request-record.ts';
import type { LoadSpec } from '../../../src/model/scenario.ts';
import { HostileServer, type Play } from './hostile-server.ts';
import { runLoad, type FinishedLoad } from './run-load.ts';

let server: HostileServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function play(
  plays: readonly Play[],
  changes: Partial<LoadSpec>,
  requests: number,
): Promise<FinishedLoad> {
  server = await HostileServer.listen(plays);
  const spec = { concurrency: 1, ratePerSecond: 40, responseTimeoutMs: 300, ...changes };
  return runLoad(spec, [{ host: '127.0.0.1', port: server.port }], (sofar) => sent(sofar).length >= requests);
}

function sent(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter(({ outcome }) => outcome !== 'not-sent' && outcome !== 'censored');
}

const ENGINES = ['native', 'autocannon'] as const;

describe.each(ENGINES)('a client that retries once, by %s', (engine) => {
  const client = { engine, connections: 'keep-alive', retry: 'idempotent-once' } as const;

  it.each<[Play, string]>([
    ['fin', 'closed-early'],
    ['rst', 'reset'],
  ])('sends again, on a new connection, what met a %s on one that was used before', async (how, outcome) => {
    const { records, summary, findings } = await play(['ok', 'ok', how], client, 6);
    expect(findings).toEqual([]);
    const inOrder = sent(records).toSorted((a, b) => (a.startNs ?? 0) - (b.startNs ?? 0));
    const [, , failed, retry, next] = inOrder;
    expect(failed).toMatchObject({
      outcome,
      attempt: 0,
      retryOf: null,
      requestOnConnection: 2,
      connection: 1,
    });
    expect(retry).toMatchObject({
      outcome: 'ok',
      attempt: 1,
      retryOf: failed?.id,
      intendedNs: failed?.intendedNs,
      requestOnConnection: 0,
      connection: 2,
      pod: `pod-probe-${retry?.id ?? 0}`,
    });
    expect(retry?.startNs).toBeGreaterThanOrEqual(failed?.endNs ?? Infinity);
    // Whoever comes next uses that connection again.
    expect(next).toMatchObject({ attempt: 0, connection: 2, requestOnConnection: 1 });
    expect(server?.seen.slice(0, 4).map(({ id }) => id)).toEqual(
      inOrder.slice(0, 4).map(({ id }) => `probe-${id}`),
    );
    expect(summary.intended).toBe(records.length);
    // How late the generator was is not for the second attempt to say.
    const first = records.filter(({ attempt, startNs }) => attempt === 0 && startNs !== null);
    const latest = Math.max(...first.map(({ startNs, intendedNs }) => (startNs ?? 0) - intendedNs)) / 1e6;
    expect(Math.abs((summary.latenessMs?.max ?? Infinity) - latest)).toBeLessThan(1);
  });

  it('does so once only', async () => {
    const { records, findings } = await play(['ok', 'fin', 'fin'], client, 5);
    expect(findings).toEqual([]);
    const [, failed, again, next] = sent(records).toSorted((a, b) => (a.startNs ?? 0) - (b.startNs ?? 0));
    expect([failed?.outcome, again?.outcome, next?.outcome]).toEqual(['closed-early', 'closed-early', 'ok']);
    expect([failed?.attempt, again?.attempt, next?.attempt]).toEqual([0, 1, 0]);
  });

  it.each<[string, readonly Play[], Partial<LoadSpec>]>([
    ['a fresh connection that was hung up on', ['fin', 'ok'], {}],
    ['an answer that had begun', ['ok', 'half-head', 'ok'], {}],
    ['a connection on which an interim answer came', ['ok', 'continue-then-fin', 'ok'], {}],
    ['an error that was answered', ['ok', 'error-503', 'ok'], {}],
    ['an answer that did not come in time', ['ok', 'hang', 'ok'], {}],
    ['a POST', ['ok', 'rst', 'ok'], { method: 'POST', body: 'x' }],
    ['a DELETE', ['ok', 'fin', 'ok'], { method: 'DELETE' }],
    ['anything where the client does not retry', ['ok', 'fin', 'ok'], { retry: 'none' }],
  ])('does not repeat %s', async (_, plays, changes) => {
    const { records, findings } = await play(plays, { ...client, ...changes }, plays.length + 2);
    expect(findings).toEqual([]);
    expect(records.filter(({ attempt, retryOf }) => attempt > 0 || retryOf !== null)).toEqual([]);
    expect(new Set(sent(records).map(({ outcome }) => outcome)).size).toBeGreaterThan(1);
  });

  it('repeats what an Idempotency-Key makes safe', async () => {
    const headers = { 'Idempotency-Key': 'a' };
    const { records } = await play(['ok', 'rst'], { ...client, method: 'POST', body: 'x', headers }, 4);
    expect(records.filter(({ attempt }) => attempt === 1)).toMatchObject([{ outcome: 'ok' }]);
  });

  it('keeps the books while many connections end under it', async () => {
    const plays = Array.from({ length: 600 }, (_, index): Play =>
      index % 7 === 3 ? 'fin' : index % 11 === 5 ? 'rst' : 'ok',
    );
    const spec = { ...client, concurrency: 6, ratePerSecond: engine === 'native' ? 400 : undefined };
    const { records, summary, findings } = await play(plays, spec, 600);
    expect(findings).toEqual([]);
    expect(summary.intended).toBe(records.length);
    const byId = new Map(records.map((record) => [record.id, record]));
    const second = records.filter(({ attempt }) => attempt > 0);
    expect(second.length).toBeGreaterThan(50);
    for (const { retryOf, intendedNs, requestOnConnection } of second) {
      const first = byId.get(retryOf ?? 0);
      expect(first).toMatchObject({ attempt: 0, intendedNs });
      expect(['reset', 'closed-early']).toContain(first?.outcome);
      expect(first?.requestOnConnection).toBeGreaterThan(0);
      expect(requestOnConnection).toBe(0);
    }
  });
});

describe.each(ENGINES)('a client that closes idle connections, by %s', (engine) => {
  it.each<[string, Partial<LoadSpec>, number]>([
    ['opens another for what comes later', { idleTimeoutMs: 100 }, 4],
    ['keeps one that it uses in time', { idleTimeoutMs: 2000 }, 1],
    ['keeps every one where nothing is said', {}, 1],
  ])('%s', async (_, changes, connections) => {
    const { records, summary } = await play([], { engine, ratePerSecond: 4, ...changes }, 4);
    expect(
      new Set(
        sent(records)
          .slice(0, 4)
          .map(({ connection }) => connection),
      ).size,
    ).toBe(connections);
    expect(new Set(sent(records).map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    // It is the client that ended them.
    expect(summary.idleCloses).toBe(0);
  });
});

describe('a pool of the native engine', () => {
  it.each([
    ['oldest-first', 8],
    ['newest-first', 1],
  ] as const)('%s uses %i connections for one request at a time', async (poolOrder, connections) => {
    const { records } = await play(
      Array.from({ length: 4 }, () => 'ok' as const),
      { engine: 'native', concurrency: 8, ratePerSecond: 25, poolOrder },
      20,
    );
    const used = new Set(sent(records).map(({ connection }) => connection));
    // On a busy machine an answer may come after the next request was due.
    expect(Math.abs(used.size - connections)).toBeLessThanOrEqual(poolOrder === 'newest-first' ? 2 : 0);
  });

  it('newest-first passes over a connection that the server has closed', async () => {
    const { records } = await play(
      ['hang', 'ok', 'close-while-idle'],
      {
        engine: 'native',
        concurrency: 3,
        ratePerSecond: 20,
        poolOrder: 'newest-first',
        responseTimeoutMs: 5000,
      },
      6,
    );
    expect(sent(records).map(({ outcome }) => outcome)).toEqual(sent(records).map(() => 'ok'));
  });
});
