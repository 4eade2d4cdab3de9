import type { EventEmitter } from 'node:events';
import autocannon from 'autocannon';
import { afterEach, describe, expect, it } from 'vitest';
import { HostileServer, type Play } from './hostile-server.ts';

let server: HostileServer | undefined;
afterEach(() => server?.close());

interface Told {
  readonly sent: number;
  readonly answered: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly lastMs: number;
}

async function runBare(plays: readonly Play[], options: Partial<autocannon.Options> = {}): Promise<Told> {
  server = await HostileServer.listen(plays);
  let sent = 0;
  let answered = 0;
  let lastMs = NaN;
  const { errors, timeouts } = await autocannon({
    url: `http://127.0.0.1:${server.port}`,
    connections: 1,
    duration: 1,
    setupClient: (client: EventEmitter) => {
      client.on('request', () => sent++);
      client.on('response', (_status, _bytes, durationMs: number) => {
        answered++;
        lastMs = durationMs;
      });
    },
    ...options,
  });
  return { sent, answered, errors, timeouts, lastMs };
}

/** Why ledger-client.ts exists. When one of these fails, a new autocannon has mended it: look whether we can do less. */
describe('autocannon by itself', () => {
  it('counts one request as it should when all goes well', async () => {
    const told = await runBare([]);
    // The last one is still on its way when autocannon ends.
    expect(told.sent - told.answered).toBeLessThanOrEqual(1);
  });

  it.each<[string, Play]>([
    ['a FIN instead of an answer', 'fin'],
    ['half an answer', 'half-head'],
    ['a truncated body', 'truncated'],
  ])('loses the request that met %s, without an error', async (_, play) => {
    const told = await runBare(['ok', 'ok', play]);
    expect(told).toMatchObject({ errors: 0, timeouts: 0 });
    expect(told.sent - told.answered).toBeGreaterThanOrEqual(2);
  });

  it('adds a request that nobody waits for at every Connection: close', async () => {
    const told = await runBare(Array.from({ length: 1000 }, () => 'close-header' as const));
    expect(told.answered).toBeLessThan(0.75 * told.sent);
    expect(told.lastMs).toBeGreaterThan(100);
  });

  it('tells of no answer at all when it reconnects after each', async () => {
    const told = await runBare([], { reconnectRate: 1 });
    expect(told.sent).toBeGreaterThan(10);
    expect(told.answered).toBe(0);
  });

  it('takes 100 Continue for the answer, and so pipelines more and more requests on one connection', async () => {
    const told = await runBare(Array.from({ length: 1000 }, () => 'continue-then-ok' as const));
    // One connection and 5 ms a request: 200 a second at most.
    expect(told.sent).toBeGreaterThan(1000);
  });
});
