import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { get, keepAliveAgent } from './client.ts';
import { runApp } from './running-app.ts';

test('every request has exactly one row, in lines that no container runtime cuts in two', async () => {
  await using app = await runApp({ env: { LATENCY_MS: '1-5' } });
  const agents = Array.from({ length: 10 }, keepAliveAgent);
  const ids = Array.from({ length: 1000 }, (_, index) => `keep-${index}`);
  await Promise.all(
    agents.map(async (agent, lane) => {
      for (let index = lane; index < ids.length; index += agents.length) {
        const padding = 'p'.repeat(400);
        await get(app.port, `/?q=${padding}`, { agent, headers: { 'x-request-id': ids[index] ?? '' } });
      }
    }),
  );
  app.signal('SIGTERM');
  await app.exited();
  const rows = app.ledger();
  expect(rows.map((row) => row['id']).toSorted()).toEqual(ids.toSorted());
  for (const row of rows) {
    expect(row).toMatchObject({ status: 200, outcome: 'answered' });
    expect(Number(row['answeredNs'])).toBeGreaterThan(Number(row['arrivedNs']));
  }
  const longest = Math.max(...app.lines.map((line) => Buffer.byteLength(JSON.stringify(line))));
  expect(longest).toBeLessThan(16 * 1024);
});

test('a client that goes away is written down as aborted; probes are not written down', async () => {
  await using app = await runApp({ env: { LATENCY_MS: '5000' } });
  await get(app.port, '/readyz');
  await get(app.port, '/healthz');
  const socket = connect(app.port, '127.0.0.1');
  await once(socket, 'connect');
  const { localPort } = socket;
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nx-request-id: gone-1\r\nExpect: 100-continue\r\n\r\n');
  await once(socket, 'data');
  socket.destroy();
  await vi.waitFor(() => expect(app.ledger()).toHaveLength(1), { timeout: 20_000 });
  app.signal('SIGTERM');
  await app.exited();
  expect(app.ledger()).toMatchObject([
    { id: 'gone-1', remotePort: localPort, answeredNs: null, outcome: 'aborted' },
  ]);
});

test('the ledger is written while the app runs, so that SIGKILL loses little', async () => {
  await using app = await runApp({ env: { LATENCY_MS: '1' } });
  await get(app.port, '/', { headers: { 'x-request-id': 'a-1' } });
  await vi.waitFor(() => expect(app.ledger()).toMatchObject([{ id: 'a-1', outcome: 'answered' }]), {
    timeout: 20_000,
  });
  expect(app.stamps()).not.toContain('signal');
});
