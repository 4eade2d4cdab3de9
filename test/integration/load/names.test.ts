import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { NameCache } from '../../../src/load/name-cache.ts';
import type { RequestRecord } from '../../../src/model/request-record.ts';
import { HostileServer } from './hostile-server.ts';
import { NameServer, type NameAnswer } from './name-server.ts';
import { runLoad, type FinishedLoad } from './run-load.ts';

const NAME = 'app.shop.test';
const ENGINES = ['native', 'autocannon'] as const;
const MODES = ENGINES.flatMap((engine) =>
  (['keep-alive', 'fresh'] as const).map((connections) => ({ engine, connections })),
);
const HERE: NameAnswer = { addresses: ['127.0.0.1'], ttl: 60 };

let server: HostileServer;
let names: NameCache;
beforeEach(async () => {
  server = await HostileServer.listen([]);
});
afterEach(async () => {
  names.close();
  await server.close();
});

describe.each(MODES)('$engine over $connections connections, to a name', ({ engine, connections }) => {
  async function load(
    nameServer: Pick<NameServer, 'address'>,
    enough: (records: readonly RequestRecord[]) => boolean,
    connectTimeoutMs = 400,
  ): Promise<FinishedLoad> {
    names = new NameCache([nameServer.address]);
    const spec = { engine, connections, concurrency: 4, ratePerSecond: 40, connectTimeoutMs };
    return runLoad(spec, [{ host: NAME, port: server.port }], enough, 1000, { names });
  }

  it.each<[string, NameAnswer, string]>([
    ['that does not exist', 'nxdomain', 'ENOTFOUND'],
    ['without an address', 'empty', 'ENODATA'],
    ['that its name server fails to look up', 'servfail', 'ESERVFAIL'],
    ['whose name server is silent', 'silent', 'ETIMEOUT'],
  ])('%s is name-unresolved, with the reason', async (_, answer, errorCode) => {
    await using nameServer = await NameServer.listen(answer);
    const { records, findings } = await load(nameServer, (sofar) => sent(sofar).length >= 6);
    expect(findings).toEqual([]);
    const told = sent(records).map(({ outcome, errorCode, clientPort, serverAddress, startNs }) => ({
      outcome,
      errorCode,
      reached: clientPort !== null || serverAddress !== null,
      started: startNs !== null,
    }));
    expect(told).toEqual(
      told.map(() => ({ outcome: 'name-unresolved', errorCode, reached: false, started: true })),
    );
    expect(server.seen).toEqual([]);
  });

  it('whose name server cannot be reached is not called refused', async () => {
    const nameServer = await NameServer.listen('silent');
    const { address } = nameServer;
    await nameServer[Symbol.asyncDispose]();
    const { records } = await load({ address }, (sofar) => sent(sofar).length >= 3);
    expect(new Set(sent(records).map(({ outcome }) => outcome))).toEqual(new Set(['name-unresolved']));
  });

  it('gives a silent name server as long as a connection may take, and goes on once there is an address', async () => {
    await using nameServer = await NameServer.listen('silent');
    const { records, findings } = await load(nameServer, (sofar) => {
      if (sofar.some(({ outcome }) => outcome === 'name-unresolved')) nameServer.answer = HERE;
      return sofar.filter(({ outcome }) => outcome === 'ok').length >= 5;
    });
    expect(findings).toEqual([]);
    const unresolved = records.filter(({ outcome }) => outcome === 'name-unresolved');
    expect(Math.min(...unresolved.map(tookMs))).toBeGreaterThanOrEqual(399);
    const answered = records.filter(({ outcome }) => outcome === 'ok');
    expect(new Set(answered.map(({ serverAddress }) => serverAddress))).toEqual(new Set(['127.0.0.1']));
  });

  it('asks once for as long as the answer may be used', async () => {
    await using nameServer = await NameServer.listen(HERE);
    const { records } = await load(nameServer, (sofar) => sent(sofar).length >= 20);
    expect(new Set(sent(records).map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    expect(nameServer.questionsMs).toHaveLength(1);
  });
});

describe.each(ENGINES)('%s over fresh connections, to a name that changes', (engine) => {
  it('goes on to the old address until its time to live is over, and then asks', async () => {
    await using nameServer = await NameServer.listen({ addresses: ['127.0.0.1'], ttl: 1 });
    names = new NameCache([nameServer.address]);
    const { records, findings } = await runLoad(
      { engine, connections: 'fresh', concurrency: 20, ratePerSecond: 50 },
      [{ host: NAME, port: server.port }],
      (sofar) => {
        if (sofar.length > 5) nameServer.answer = 'nxdomain';
        return sofar.filter(({ outcome }) => outcome === 'name-unresolved').length >= 5;
      },
      1000,
      { names },
    );
    expect(findings).toEqual([]);
    const inOrder = sent(records).toSorted((a, b) => a.id - b.id);
    const firstLost = inOrder.findIndex(({ outcome }) => outcome === 'name-unresolved');
    const before = inOrder.slice(0, firstLost);
    expect(new Set(before.map(({ outcome }) => outcome))).toEqual(new Set(['ok']));
    const lastMs = ((before.at(-1)?.startNs ?? 0) - (before[0]?.startNs ?? 0)) / 1e6;
    expect(lastMs).toBeGreaterThan(900);
    expect(new Set(inOrder.slice(firstLost).map(({ outcome }) => outcome))).toEqual(
      new Set(['name-unresolved']),
    );
  });

  it('spreads its connections over all addresses of the name', async () => {
    await using nameServer = await NameServer.listen({ addresses: ['127.0.0.1', '127.0.0.2'], ttl: 60 });
    names = new NameCache([nameServer.address]);
    const { records } = await runLoad(
      { engine, connections: 'fresh', concurrency: 4, ratePerSecond: 100 },
      [{ host: NAME, port: server.port }],
      (sofar) => sofar.length >= 20,
      1000,
      { names },
    );
    const counts = Map.groupBy(sent(records), ({ serverAddress }) => serverAddress);
    expect(new Set(counts.keys())).toEqual(new Set(['127.0.0.1', '127.0.0.2']));
    // Nobody listens at the second: that is another matter than a name without an address.
    expect(new Set(counts.get('127.0.0.2')?.map(({ outcome }) => outcome))).toEqual(new Set(['refused']));
  });
});

function sent(records: readonly RequestRecord[]): RequestRecord[] {
  return records.filter(({ outcome }) => outcome !== 'not-sent' && outcome !== 'censored');
}

function tookMs({ startNs, endNs }: RequestRecord): number {
  return ((endNs ?? 0) - (startNs ?? 0)) / 1e6;
}
