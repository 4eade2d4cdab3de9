import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';

import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { limitMemory, makeTestCgroup, type TestCgroup } from './kernel-trace-cgroup.ts';
import {
  childrenOf,
  freePort,
  linesOf,
  releaseAll,
  releases,
  start,
  traceInto,
} from './kernel-trace-harness.ts';

const [ABRT, KILL] = [6, 9];

afterEach(releaseAll);

describe.skipIf(process.getuid?.() !== 0)('who ended a process of a container', () => {
  it('is its first process, told from the kernel that kills what is left when that has ended', async () => {
    const script = 'sleep 60 & sleep 60 & echo ready; read -r _; kill -9 $!; wait $!; read -r _; exit 3';
    const { first, container, tell, trace } = await containerThat(script);
    const [left, killed] = childrenOf(first);
    const events = await trace();
    tell();
    await expect.poll(() => childrenOf(first), { timeout: 10_000 }).toEqual([left]);
    tell();

    const byFirst = {
      senderPid: first,
      senderComm: 'sh',
      senderInnerPid: 1,
      senderContainer: container,
    };
    expect(await events()).toMatchObject([
      { type: 'signal-sent', signal: KILL, pid: killed, innerPid: 3, ...byFirst, siCode: 0 },
      { type: 'process-exit', pid: killed, innerPid: 3 },
      { type: 'process-exit', pid: first, innerPid: 1 },
      { type: 'signal-sent', signal: KILL, pid: left, innerPid: 2, ...byFirst, siCode: 128 },
      { type: 'process-exit', pid: left, innerPid: 2 },
    ]);
  });

  it('is somebody outside, of whom no container is told', async () => {
    const { first, trace } = await containerThat('echo ready; exec sleep 60');
    const events = await trace();
    process.kill(first, 'SIGKILL');
    const [signal, exit] = await events();
    expect(signal).toMatchObject({
      signal: KILL,
      pid: first,
      innerPid: 1,
      senderPid: process.pid,
      siCode: 0,
    });
    expect(signal).not.toHaveProperty('senderContainer');
    expect(exit).toMatchObject({ type: 'process-exit', pid: first, innerPid: 1 });
  });

  it('is the process itself where it aborts', async () => {
    const script = 'sh -c "ulimit -c 0; echo ready; read -r _; kill -ABRT \\$\\$"; exit 1';
    const { first, container, tell, trace } = await containerThat(script);
    const [aborting] = childrenOf(first);
    const events = await trace();
    tell();
    expect(await events()).toMatchObject([
      { signal: ABRT, pid: aborting, senderPid: aborting, innerPid: 2, senderInnerPid: 2, container },
      { type: 'process-exit', pid: aborting },
      { type: 'process-exit', pid: first },
    ]);
  });

  it('is want of memory, which the kernel names besides the signal', async (test) => {
    const limit = (cgroup: TestCgroup) => limitMemory(cgroup, 48 * 1024 * 1024);
    const script =
      'echo ready; read -r _; exec node -e "const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))"';
    const { first, container, limited, tell, trace } = await containerThat(script, limit);
    if (!limited) test.skip('no cgroup of this machine can limit memory');
    const events = await trace();
    tell();
    const told = await events();
    expect(told).toContainEqual(
      expect.objectContaining({ type: 'oom-kill', pid: first, innerPid: 1, container }),
    );
    expect(told).toContainEqual(
      expect.objectContaining({ type: 'signal-sent', signal: KILL, pid: first, siCode: 128 }),
    );
  });
});

describe.skipIf(process.getuid?.() !== 0)('a process that a container runtime starts', () => {
  it('is known although it is a child of what entered the cgroup, and of short life', async () => {
    const cgroup = makeTestCgroup();
    releases.push(() => cgroup.remove());
    const recorded: NewHistoryEvent[] = [];
    const running = await traceInto(recorded, { ports: [] });
    const runtime = start('sh', ['-c', 'echo here; read -r _; sleep 1.5 & echo $!; wait; read -r _']);
    const says = linesOf(runtime);
    await says('here');
    await sleep(600); // All containers are looked at as the trace begins, and then every two seconds.
    cgroup.enter(runtime.pid ?? 0);
    runtime.stdin.write('\n');
    const child = Number(await says(/^\d+$/));
    const exited = () => recorded.some((event) => event.type === 'process-exit' && event.pid === child);
    await expect.poll(exited, { timeout: 10_000 }).toBe(true);
    await running.stop();
    expect(recorded).toContainEqual(
      expect.objectContaining({ type: 'process-exit', comm: 'sleep', container: cgroup.container }),
    );
  });
});

describe.skipIf(process.getuid?.() !== 0)('several listeners on one port', () => {
  it('are told each by itself, whoever of the container closes them, and whether or not it still runs', async () => {
    const port = await freePort();
    const events: NewHistoryEvent[] = [];
    const running = await traceInto(events, { ports: [port] });
    const cgroup = makeTestCgroup();
    releases.push(() => cgroup.remove());
    const worker = `
      const { createServer } = require('node:net');
      const server = createServer().listen({ port: ${port}, host: '127.0.0.1', reusePort: true }, () => console.log('listening'));
      process.stdin.on('data', () => server.close());`;
    const script = `read -r _; node -e "$0" & exec node -e "$0"`;
    const app = start('sh', ['-c', script, worker]);
    cgroup.enter(app.pid ?? 0);
    app.stdin.write('\n');
    const says = linesOf(app);
    await says('listening');
    await says('listening');
    const changesTo = (state: string) =>
      events.filter((event) => event.type === 'socket-state' && event.to === state).length;
    // Whose it is is known from when its first event is read: in time, unless a process lives for some ms only.
    await expect.poll(() => changesTo('LISTEN'), { timeout: 10_000 }).toBe(2);
    const [second = 0] = childrenOf(app.pid ?? 0);
    process.kill(second, 'SIGKILL');
    await expect.poll(() => changesTo('CLOSE'), { timeout: 10_000 }).toBe(1);
    const ended = once(app, 'exit');
    app.stdin.write('close');
    app.stdin.end();
    await ended;
    await running.stop();
    const changes = events.filter((event) => event.type === 'socket-state');
    expect(changes.map(({ from, to }) => `${from} → ${to}`)).toEqual([
      'CLOSE → LISTEN',
      'CLOSE → LISTEN',
      'LISTEN → CLOSE',
      'LISTEN → CLOSE',
    ]);
    for (const change of changes) expect(change.container).toEqual(cgroup.container);
  });
});

/** A container whose first process runs a script, up to where that says `ready` and reads a line. */
async function containerThat(
  script: string,
  limit: (cgroup: TestCgroup) => ReturnType<typeof limitMemory> = () => null,
) {
  const cgroup = makeTestCgroup();
  releases.push(() => cgroup.remove());
  const limited = limit(cgroup);
  if (limited !== null) releases.push(() => limited.remove());
  const runtime = start('unshare', ['--pid', '--fork', '--kill-child', 'sh', '-c', `read -r _; ${script}`]);
  const tell = () => void runtime.stdin.write('\n');
  const ended = once(runtime, 'exit');
  await expect.poll(() => childrenOf(runtime.pid ?? 0), { timeout: 10_000 }).toHaveLength(1);
  const [first = 0] = childrenOf(runtime.pid ?? 0);
  cgroup.enter(first);
  limited?.enter(first);
  tell();
  await linesOf(runtime)('ready');
  return {
    first,
    container: cgroup.container,
    limited: limited !== null,
    tell,
    /** Traces from here; what it gives waits for the container's end and tells what the kernel said of it. */
    trace: async () => {
      const events: NewHistoryEvent[] = [];
      const running = await traceInto(events, { ports: [] });
      return async () => {
        await ended;
        await running.stop();
        return events.filter(
          (event) =>
            'container' in event && JSON.stringify(event.container) === JSON.stringify(cgroup.container),
        );
      };
    },
  };
}
