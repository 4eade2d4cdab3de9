import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { get, getUnderWay, keepAliveAgent, tryConnect } from './client.ts';
import { runApp } from './running-app.ts';

/** A signal to process 1 of a namespace without a handler is dropped by the kernel, as in a container. */
const AS_PROCESS_1 = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  '--pid',
  '--fork',
  '--kill-child',
];

test('graceful: finishes what is under way with Connection: close, ends idle connections, exits', async () => {
  await using app = await runApp({ env: { LATENCY_MS: '300' } });
  const idle = keepAliveAgent();
  await get(app.port, '/healthz', { agent: idle });
  const underWay = await getUnderWay(app.port, '/', {
    agent: keepAliveAgent(),
    headers: { 'x-request-id': 'a-1' },
  });
  app.signal('SIGTERM');
  await app.stamped('listener-closed');
  expect(await tryConnect(app.port)).toBe('ECONNREFUSED');
  expect(await underWay.answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
  expect(await app.exited()).toEqual({ code: 0, signal: null });
  expect(app.stamps()).toEqual([
    'started',
    'listening',
    'ready',
    'signal',
    'readiness-flipped',
    'listener-closed',
    'drained',
    'exiting',
  ]);
  expect(app.stamp('signal')).toMatchObject({ signal: 'SIGTERM', inFlight: 1, repeated: false });
  expect(app.ledger()).toMatchObject([{ id: 'a-1', status: 200, outcome: 'answered' }]);
  idle.destroy();
});

test('graceful: a streamed answer that began before the signal is finished, and its connection then ended', async () => {
  await using app = await runApp();
  const agent = keepAliveAgent();
  const stream = await getUnderWay(app.port, '/slow?seconds=0.4&everyMs=100', { agent });
  app.signal('SIGTERM');
  expect((await stream.answer).body).toMatch(/done\n$/);
  expect(await app.exited()).toEqual({ code: 0, signal: null });
  agent.destroy();
});

test('drain: fails readiness, keeps serving new connections, and only then closes the listener', async () => {
  await using app = await runApp({ env: { SHUTDOWN_MODE: 'drain', DRAIN_SECONDS: '0.5' } });
  app.signal('SIGTERM');
  await app.stamped('readiness-flipped');
  expect((await get(app.port, '/readyz')).status).toBe(503);
  expect((await get(app.port, '/')).status).toBe(200);
  expect(app.stamps()).not.toContain('listener-closed');
  expect(await app.exited()).toEqual({ code: 0, signal: null });
  const [flipped, closed] = ['readiness-flipped', 'listener-closed'].map(
    (name) => app.stamp(name)?.['monoNs'],
  );
  expect(Number(BigInt(String(closed)) - BigInt(String(flipped)))).toBeGreaterThan(498e6);
});

test('drain: announces the close on every answer from the signal on, and only then', async () => {
  await using app = await runApp({ env: { SHUTDOWN_MODE: 'drain', DRAIN_SECONDS: '1' } });
  const agents = [keepAliveAgent(), keepAliveAgent()];
  for (const agent of agents) {
    expect((await get(app.port, '/', { agent })).headers.connection).toBe('keep-alive');
  }
  app.signal('SIGTERM');
  await app.stamped('announcing');
  for (const [index, agent] of agents.entries()) {
    const answer = await get(app.port, index === 0 ? '/' : '/nope', { agent });
    expect(answer.headers.connection).toBe('close');
  }
  expect((await get(app.port, '/slow?seconds=0.1&everyMs=50')).headers.connection).toBe('close');
  expect(app.stamps()).not.toContain('listener-closed');
  expect(await app.exited()).toEqual({ code: 0, signal: null });
  expect(app.stamps()).toEqual([
    'started',
    'listening',
    'ready',
    'signal',
    'readiness-flipped',
    'announcing',
    'listener-closed',
    'drained',
    'exiting',
  ]);
  for (const agent of agents) agent.destroy();
});

test('drain: a client of a kept-alive connection that asks again within the drain loses nothing', async () => {
  await using app = await runApp({ env: { SHUTDOWN_MODE: 'drain', DRAIN_SECONDS: '0.6', LATENCY_MS: '1' } });
  const agent = keepAliveAgent();
  await get(app.port, '/', { agent });
  app.signal('SIGTERM');
  await app.stamped('announcing');
  await get(app.port, '/', { agent });
  // Told, the agent has given the connection up: nothing of its own is left for the app to close.
  expect(Object.values(agent.freeSockets).flat()).toEqual([]);
  await app.exited();
  agent.destroy();
});

test('drain-silent: serves on without a word until the drain is over', async () => {
  await using app = await runApp({ env: { SHUTDOWN_MODE: 'drain-silent', DRAIN_SECONDS: '0.5' } });
  const agent = keepAliveAgent();
  await get(app.port, '/', { agent });
  app.signal('SIGTERM');
  await app.stamped('readiness-flipped');
  expect((await get(app.port, '/readyz')).status).toBe(503);
  expect(await get(app.port, '/', { agent })).toMatchObject({
    status: 200,
    headers: { connection: 'keep-alive' },
  });
  expect(await app.exited()).toEqual({ code: 0, signal: null });
  expect(app.stamps()).not.toContain('announcing');
  agent.destroy();
});

test('exit-now: cuts off what is under way, and still writes it down', async () => {
  await using app = await runApp({ env: { SHUTDOWN_MODE: 'exit-now', LATENCY_MS: '5000' } });
  const underWay = await getUnderWay(app.port, '/', { headers: { 'x-request-id': 'a-1' } });
  const cut = expect(underWay.answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  app.signal('SIGTERM');
  expect(await app.exited()).toEqual({ code: 0, signal: null });
  await cut;
  expect(app.stamps().slice(-2)).toEqual(['signal', 'exiting']);
  expect(app.ledger()).toMatchObject([{ id: 'a-1', answeredNs: null, status: null, outcome: 'unanswered' }]);
});

test('ignore: as process 1, nothing happens until SIGKILL', async () => {
  await using app = await runApp({
    env: { SHUTDOWN_MODE: 'ignore' },
    prefix: AS_PROCESS_1,
    signalled: ({ process: unshare }) => childOf(unshare.pid),
  });
  expect(app.stamp('started')).toMatchObject({ pid: 1 });
  app.signal('SIGTERM');
  await delay(300);
  expect((await get(app.port, '/')).status).toBe(200);
  expect((await get(app.port, '/readyz')).status).toBe(200);
  expect(app.stamps()).toEqual(['started', 'listening', 'ready']);
  app.signal('SIGKILL');
  await app.exited();
});

test('shell: the shell is process 1, gets the signal and swallows it', async () => {
  await using app = await runApp({
    env: { SHUTDOWN_MODE: 'shell' },
    command: [...AS_PROCESS_1, 'sh', '-c', '"$NODE" "$SERVER"; true'],
    signalled: ({ process: unshare }) => childOf(unshare.pid),
  });
  expect(app.stamp('started')?.['pid']).not.toBe(1);
  app.signal('SIGTERM');
  await delay(300);
  expect((await get(app.port, '/')).status).toBe(200);
  expect(app.stamps()).toEqual(['started', 'listening', 'ready']);
  app.signal('SIGKILL');
  await app.exited();
});

test('slow-drain: still serves when SIGKILL comes, and the ledger lost nothing that was flushed', async () => {
  await using app = await runApp({ env: { SHUTDOWN_MODE: 'slow-drain' } });
  app.signal('SIGTERM');
  await app.stamped('readiness-flipped');
  const agent = keepAliveAgent();
  expect((await get(app.port, '/readyz', { agent })).headers.connection).toBe('keep-alive');
  agent.destroy();
  for (let id = 1; id <= 5; id++) await get(app.port, '/', { headers: { 'x-request-id': `a-${id}` } });
  await vi.waitFor(() => expect(app.ledger()).toHaveLength(5), { timeout: 20_000 });
  app.signal('SIGKILL');
  expect(await app.exited()).toEqual({ code: null, signal: 'SIGKILL' });
  expect(app.ledger().map((row) => row['id'])).toEqual(['a-1', 'a-2', 'a-3', 'a-4', 'a-5']);
  expect(app.stamps()).not.toContain('listener-closed');
});

test('leak-keepalive: closes the listener, serves on idle connections for ever, exits only without them', async () => {
  await using app = await runApp({ env: { SHUTDOWN_MODE: 'leak-keepalive' } });
  const agent = keepAliveAgent();
  await get(app.port, '/', { agent });
  app.signal('SIGTERM');
  await app.stamped('listener-closed');
  await delay(300);
  expect(await tryConnect(app.port)).toBe('ECONNREFUSED');
  const again = await get(app.port, '/', { agent });
  expect(again).toMatchObject({ status: 200, headers: { connection: 'keep-alive' } });
  expect(app.stamps()).not.toContain('drained');
  agent.destroy();
  expect(await app.exited()).toEqual({ code: 0, signal: null });
});

test('a second signal is stamped and changes nothing', async () => {
  await using app = await runApp({ env: { SHUTDOWN_MODE: 'drain', DRAIN_SECONDS: '0.3' } });
  app.signal('SIGTERM');
  await app.stamped('signal');
  app.signal('SIGTERM');
  expect(await app.exited()).toEqual({ code: 0, signal: null });
  const signals = app.lines.filter((line) => line['stamp'] === 'signal');
  expect(signals.map((line) => line['repeated'])).toEqual([false, true]);
  expect(app.stamps().filter((stamp) => stamp === 'listener-closed')).toHaveLength(1);
});

/** The one child of a process: `unshare --fork` starts process 1 of the new namespace and waits for it. */
function childOf(pid: number | undefined): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return Number(children.split(' ')[0]);
}
