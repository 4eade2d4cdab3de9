import { execa } from 'execa';
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { get, keepAliveAgent } from './client.ts';
import { runApp } from './running-app.ts';

test('an answer names the Pod and echoes the request id', async () => {
  await using app = await runApp({ env: { NODE_NAME: 'node-7' } });
  const answer = await get(app.port, '/', { headers: { 'x-request-id': 'fresh-12' } });
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ 'x-pod': 'pod-1', 'x-request-id': 'fresh-12' });
  expect(JSON.parse(answer.body)).toEqual({ pod: 'pod-1', node: 'node-7', requestId: 'fresh-12' });
  const text = await get(app.port, '/', { headers: { accept: 'text/plain', 'x-request-id': 'a' } });
  expect(text.body).toBe('pod-1 a\n');
});

test('a fixed and a spread latency are both kept to', async () => {
  await using app = await runApp({ env: { LATENCY_MS: '60-90' } });
  await Promise.all(
    Array.from({ length: 10 }, (_, id) => get(app.port, '/', { headers: { 'x-request-id': `n-${id}` } })),
  );
  app.signal('SIGTERM');
  await app.exited();
  const served = app.ledger().map((row) => (Number(row['answeredNs']) - Number(row['arrivedNs'])) / 1e6);
  expect(served).toHaveLength(10);
  // A timer may fire a millisecond early; late is the machine's business, not the app's.
  expect(Math.min(...served)).toBeGreaterThanOrEqual(58);
});

test('a slow answer is streamed in the chunks that were asked for', async () => {
  await using app = await runApp();
  const answer = await get(app.port, '/slow?seconds=0.2&everyMs=50');
  expect(answer.headers['transfer-encoding']).toBe('chunked');
  expect(answer.body).toBe('1 of 4\n2 of 4\n3 of 4\n4 of 4\ndone\n');
  expect((await get(app.port, '/slow?seconds=-1')).status).toBe(400);
});

test('keep-alive can be switched off', async () => {
  await using app = await runApp({ env: { KEEP_ALIVE: 'false' } });
  const agent = keepAliveAgent();
  expect((await get(app.port, '/', { agent })).headers.connection).toBe('close');
  agent.destroy();
});

test('unknown paths and request targets that are no URL are answered, not fatal', async () => {
  await using app = await runApp();
  expect((await get(app.port, '/nope')).status).toBe(404);
  expect((await get(app.port, '/constructor')).status).toBe(404);
  const socket = connect(app.port, '127.0.0.1');
  socket.write('GET // HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toMatch(/^HTTP\/1\.1 404 /);
  expect((await get(app.port, '/healthz')).status).toBe(200);
});

test('the preStop hook fails readiness at once and answers when its time is over', async () => {
  await using app = await runApp();
  expect((await get(app.port, '/readyz')).status).toBe(200);
  const hook = get(app.port, '/prestop?seconds=0.3');
  await app.stamped('readiness-flipped');
  expect((await get(app.port, '/readyz')).status).toBe(503);
  expect((await get(app.port, '/')).status).toBe(200);
  expect((await hook).status).toBe(200);
  const [started, ended] = app.lines.filter((line) => line['stamp'] === 'prestop');
  expect([started?.['stage'], ended?.['stage']]).toEqual(['started', 'ended']);
  expect(Number(BigInt(String(ended?.['monoNs'])) - BigInt(String(started?.['monoNs'])))).toBeGreaterThan(
    298e6,
  );
});

test('the preStop hook keeps connections alive; the one that drains announces their close from then on', async () => {
  for (const [path, connection] of [
    ['/prestop', 'keep-alive'],
    ['/drain', 'close'],
  ] as const) {
    await using app = await runApp();
    const agent = keepAliveAgent();
    expect((await get(app.port, '/', { agent })).headers.connection).toBe('keep-alive');
    const hook = get(app.port, `${path}?seconds=0.3`);
    await app.stamped('readiness-flipped');
    const { status, headers } = await get(app.port, '/', { agent });
    expect({ path, status, connection: headers.connection }).toEqual({ path, status: 200, connection });
    expect((await hook).status).toBe(200);
    // Until the end, whatever comes between the hook and the signal.
    expect((await get(app.port, '/', { agent })).headers.connection).toBe(connection);
    app.signal('SIGTERM');
    expect(await app.exited()).toEqual({ code: 0, signal: null });
    const hooks = app.lines.filter((line) => line['stamp'] === 'prestop');
    expect(hooks.map((line) => line['stage'])).toEqual(['started', 'ended']);
    expect(app.ledger().map((row) => row['path'])).toEqual(['/', '/', '/']);
    agent.destroy();
  }
});

test('a hook with a time that is none is refused, and nothing begins', async () => {
  await using app = await runApp();
  for (const path of ['/prestop', '/drain']) {
    expect((await get(app.port, `${path}?seconds=-1`)).status).toBe(400);
  }
  expect((await get(app.port, '/readyz')).status).toBe(200);
  expect(app.stamps()).toEqual(['started', 'listening', 'ready']);
});

test('every stamp carries the monotonic clock, the Pod, and the boot that the clock belongs to', async () => {
  const before = process.hrtime.bigint();
  await using app = await runApp();
  app.signal('SIGTERM');
  await app.exited();
  const after = process.hrtime.bigint();
  const times = app.lines.map((line) => BigInt(String(line['monoNs'])));
  expect(times.every((time, index) => time > (times[index - 1] ?? before) && time < after)).toBe(true);
  for (const line of app.lines)
    expect(line).toMatchObject({ drainbench: 'stamp', pod: 'pod-1', podUid: 'uid-1' });
  const { stdout } = await execa('cat', ['/proc/sys/kernel/random/boot_id']);
  expect(app.stamp('started')).toMatchObject({ bootId: stdout, mode: 'graceful' });
});

test.each([
  ['SHUTDOWN_MODE', 'gracefull', 'expected one of graceful, drain'],
  ['LATENCY_MS', '50-10', 'a range like 10-50'],
  ['PORT', 'http', 'expected a number'],
])('a wrong %s ends the start with its name and what was expected', async (name, value, expected) => {
  const server = new URL('../../../scenarios/apps/http/server.js', import.meta.url).pathname;
  const result = await execa(process.execPath, [server], { env: { [name]: value }, reject: false });
  expect(result.exitCode).toBe(64);
  expect(result.stderr).toContain(`${name} is "${value}"`);
  expect(result.stderr).toContain(expected);
});

test('a port in use is said so', async () => {
  await using app = await runApp();
  const server = new URL('../../../scenarios/apps/http/server.js', import.meta.url).pathname;
  const env = { HOST: '127.0.0.1', PORT: String(app.port) };
  const result = await execa(process.execPath, [server], { env, reject: false });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain(`port ${app.port} is in use`);
});
