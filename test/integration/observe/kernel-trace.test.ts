import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';

import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { ownerOfInstance } from '../../../src/observe/kernel-trace/instance-name.ts';
import { openTracefs } from '../../../src/observe/kernel-trace/open-tracefs.ts';
import { startKernelTrace } from '../../../src/observe/kernel-trace/start-kernel-trace.ts';
import { sweepTraceInstances } from '../../../src/observe/kernel-trace/sweep-trace-instances.ts';
import { readProcessFacts } from '../../../src/observe/process-facts.ts';
import {
  childrenOf,
  contextInto,
  freePort,
  linesOf,
  nowNs,
  releaseAll,
  releases,
  runStartNs,
  start,
  traceInto,
} from './kernel-trace-harness.ts';
import { makeTestCgroup } from './kernel-trace-cgroup.ts';

afterEach(releaseAll);

describe.skipIf(process.getuid?.() !== 0)('the kernel trace', () => {
  it('tells the life of a container: listener, accept, close, reset, signal, exit, in order', async () => {
    const port = await freePort();
    const events: NewHistoryEvent[] = [];
    const trace = await traceInto(events, { ports: [port] });
    const cgroup = makeTestCgroup();
    releases.push(() => cgroup.remove());
    const app = start(process.execPath, [join(import.meta.dirname, 'kernel-trace-app.ts')]);
    const said = linesOf(app);
    await said('here');
    cgroup.enter(app.pid ?? 0);
    app.stdin.write(`listen ${port}\n`);
    await said('listening');
    const clientPort = await visit(port);
    app.stdin.write('close\n');
    await said('closed');
    const refused = connect(port, '127.0.0.1');
    await once(refused, 'error');
    const [before, exited] = [nowNs(), once(app, 'exit')];
    app.kill('SIGTERM');
    await exited;
    const after = nowNs();
    await trace.stop();

    const { container } = cgroup;
    const local = { localAddress: '127.0.0.1', localPort: port };
    const stamp = { uncertaintyNs: 1000, source: 'kernel-trace' };
    const story = [
      { type: 'socket-state', from: 'CLOSE', to: 'LISTEN', ...local, container },
      {
        type: 'socket-state',
        from: 'SYN_RECV',
        to: 'ESTABLISHED',
        ...local,
        remotePort: clientPort,
        container: null,
      },
      { type: 'socket-state', from: 'LISTEN', to: 'CLOSE', ...local, container },
      { type: 'reset-sent', reason: 'NO_SOCKET', ...local },
      { type: 'signal-sent', signal: 15, pid: app.pid, container, result: 'delivered' },
      { type: 'process-exit', pid: app.pid, container },
    ];
    const found = story.map((wanted) => events.find((event) => matches(event, wanted)));
    expect(found).toMatchObject(story.map((wanted) => ({ ...wanted, ...stamp })));
    const times = found.map((event) => event?.atNs ?? NaN);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[4]).toBeGreaterThanOrEqual(before - 1000);
    expect(times[5]).toBeLessThanOrEqual(after + 1000);
    expect(events.filter(({ type }) => type === 'observation-gap')).toEqual([]);
    expect(await ourInstances()).toEqual([]);
  });

  it('leaves out processes of the host, but counts them', async () => {
    const events: NewHistoryEvent[] = [];
    const trace = await traceInto(events, { ports: [] });
    const idle = start('sleep', ['60']);
    const exited = once(idle, 'exit');
    idle.kill('SIGTERM');
    await exited;
    await trace.stop();
    const note = events.find(({ type }) => type === 'note');
    expect(note).toMatchObject({
      message: expect.stringMatching(/: [1-9]\d* signals, [1-9]\d* exits$/) as string,
    });
    expect(events.some((event) => event.type === 'signal-sent' && event.pid === idle.pid)).toBe(false);
  });

  it('tells any signal that a container runtime sends, as an image may have any STOPSIGNAL', async () => {
    const events: NewHistoryEvent[] = [];
    const trace = await traceInto(events, { ports: [] });
    const cgroup = makeTestCgroup();
    releases.push(() => cgroup.remove());
    const idle = start('sleep', ['60']);
    cgroup.enter(idle.pid ?? 0);
    const ended = once(idle, 'exit');
    const [WINCH, REAL_TIME] = [28, 37];
    for (const signal of [WINCH, REAL_TIME]) {
      // A thread's name is its own to choose: the shell is called what runc is called.
      const script = `printf runc > /proc/$$/comm; kill -${signal} ${idle.pid ?? 0}`;
      await once(start('sh', ['-c', script]), 'exit');
    }
    await ended;
    await trace.stop();
    // Another file's container may be killed at the same time.
    const sent = events.filter(
      (event) =>
        event.type === 'signal-sent' && event.container?.containerId === cgroup.container.containerId,
    );
    expect(sent).toMatchObject([
      { signal: WINCH, pid: idle.pid, senderComm: 'runc', result: 'ignored', container: cgroup.container },
      { signal: REAL_TIME, pid: idle.pid, senderComm: 'runc', result: 'delivered' },
    ]);
  });

  it('says from when to when it lost events', async () => {
    const events: NewHistoryEvent[] = [];
    const trace = await traceInto(events, { ports: [], signals: [18], bufferKbPerCpu: 4 });
    const before = nowNs();
    // All in one turn of the event loop: nobody reads meanwhile.
    for (let count = 0; count < 5000; count++) process.kill(process.pid, 'SIGCONT');
    const after = nowNs();
    await trace.stop();
    const gaps = events.filter((event) => event.type === 'observation-gap');
    expect(gaps).not.toEqual([]);
    expect(gaps[0]).toMatchObject({
      observer: 'kernel-trace',
      source: 'kernel-trace',
      reason: expect.stringMatching(/^[\d,]+ events? (was|were) lost/) as string,
    });
    expect(Math.min(...gaps.map(({ fromNs }) => fromNs))).toBeLessThanOrEqual(before);
    expect(Math.max(...gaps.map(({ toNs }) => toNs))).toBeGreaterThanOrEqual(after);
    expect(await ourInstances()).toEqual([]);
  });

  it('leaves no instance behind when events cannot be written down', async () => {
    const trace = await startKernelTrace(
      { ports: [] },
      {
        nowNs,
        record: () => {
          throw new Error('disk full');
        },
        signal: new AbortController().signal,
      },
      runStartNs,
    );
    const idle = start('sleep', ['60']);
    const exited = once(idle, 'exit');
    idle.kill('SIGTERM');
    await exited;
    await expect(trace.stop()).rejects.toThrow('disk full');
    expect(await ourInstances()).toEqual([]);
  });

  it('leaves after kill -9 an instance that a sweep removes, and no process', async () => {
    const probe = start(process.execPath, [PROBE]);
    await linesOf(probe)('tracing');
    const children = childrenOf(probe.pid ?? 0);
    const living = await traceInto([], { ports: [] });
    const exited = once(probe, 'exit');
    probe.kill('SIGKILL');
    await exited;
    const swept = await sweepTraceInstances();
    expect(swept.map(pidOf)).toContain(probe.pid);
    expect(await ourInstances()).toHaveLength(1);
    expect(await instancesOf(probe.pid)).toEqual([]);
    await living.stop();
    await expect.poll(() => children.filter(isRunning), { timeout: 10_000 }).toEqual([]);
  });

  it('works where tracefs is mounted, and leaves it mounted', async () => {
    const script = 'mount -t tracefs tracefs /sys/kernel/tracing; "$@"; grep -c " tracefs " /proc/mounts';
    const out = await probeIn(script);
    expect(out.events.filter(({ type }) => type === 'observation-gap')).toEqual([]);
    expect(out.rest).toEqual([expect.stringMatching(/^[1-9]$/)]);
  });

  it('says why it sees nothing where it is not permitted, and lets the run go on', async () => {
    const script = 'umount -q /sys/kernel/tracing; exec setpriv --bounding-set -sys_admin "$@"';
    const { events } = await probeIn(script);
    expect(events).toEqual([
      expect.objectContaining({
        type: 'observation-gap',
        observer: 'kernel-trace',
        fromNs: 0,
        reason: expect.stringMatching(/^the kernel cannot be traced: .*[Oo]peration not permitted/) as string,
      }),
    ]);
  });

  it('says why it sees nothing where tracefs can only be read', async () => {
    const tracing = '/sys/kernel/tracing';
    const { events } = await probeIn(
      `mount -t tracefs tracefs ${tracing} && mount -o remount,bind,ro ${tracing}; exec "$@"`,
    );
    expect(reasonsOf(events)).toEqual([
      expect.stringMatching(/^the kernel cannot be traced: EROFS: read-only file system/),
    ]);
  });

  it('believes no kernel whose clock is another than its own', async () => {
    // A time namespace: monotonic time in there is 1000 s ahead of the kernel's.
    const { events } = await probeIn('exec "$@"', ['--time', '--monotonic', '1000', '--fork']);
    expect(reasonsOf(events)).toEqual([
      expect.stringMatching(
        /^the kernel cannot be traced: its clock is not the harness' clock: -\d+(\.\d+)? ms/,
      ),
    ]);
    expect(events).toHaveLength(1);
    await sweepTraceInstances();
  });

  it('has a gap, and fails nothing, when the process that holds tracefs dies in the middle', async () => {
    const script = 'umount -q /sys/kernel/tracing; exec "$@"';
    const probe = start('unshare', ['--mount', 'sh', '-c', script, 'sh', process.execPath, PROBE]);
    releases.push(() => sweepTraceInstances());
    let out = '';
    probe.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    const ended = once(probe.stdout, 'end');
    await expect.poll(() => out, { timeout: 10_000 }).toBe('tracing\n');
    const holders = tracefsHolders(probe.pid ?? 0);
    for (const pid of holders) process.kill(pid, 'SIGKILL');
    // What they held goes only with them, some moments after the kill.
    await expect.poll(() => holders.some(isRunning), { timeout: 10_000 }).toBe(false);
    probe.stdin.end();
    await ended;
    const [, ...lines] = out.trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as NewHistoryEvent);
    expect(reasonsOf(events)).toEqual([expect.stringMatching(/^reading the kernel trace failed: .*ENOENT/)]);
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    expect(notes).toContainEqual(expect.stringMatching(/^the trace instance .* could not be removed/));
  });

  it('comes with the facts of a first process: what it is and which signals it handles', async () => {
    const cgroup = makeTestCgroup();
    releases.push(() => cgroup.remove());
    const script = 'trap : TERM; echo here; read -r line';
    const app = start('unshare', ['--pid', '--fork', '--kill-child', 'sh', '-c', script, 'an argument']);
    const said = linesOf(app);
    await said('here');
    const [first = 0] = childrenOf(app.pid ?? 0);
    cgroup.enter(first);
    const events: NewHistoryEvent[] = [];
    const { podUid, containerId } = cgroup.container;
    const pod = (id: string) => ({
      metadata: { name: 'app-1', uid: podUid, resourceVersion: '1' },
      status: {
        containerStatuses: [{ name: 'app', containerID: `containerd://${id}`, state: { running: {} } }],
      },
    });
    await readProcessFacts([pod(containerId), pod('gone')], contextInto(events));
    const exited = once(app, 'exit');
    app.stdin.end();
    await exited;
    expect(events).toMatchObject([
      {
        type: 'process-facts',
        container: cgroup.container,
        pod: 'app-1',
        containerName: 'app',
        pid: first,
        comm: 'sh',
        commandLine: ['sh', '-c', script, 'an argument'],
        handledSignals: expect.arrayContaining([15]) as number[],
      },
      { type: 'observation-gap', observer: 'process-facts' },
    ]);
  });
});

const PROBE = join(import.meta.dirname, 'kernel-trace-probe.ts');

/** Runs the probe in a mount namespace of its own, from tracing to the end. */
async function probeIn(
  script: string,
  namespaces: readonly string[] = [],
): Promise<{ events: NewHistoryEvent[]; rest: string[] }> {
  const probe = start('unshare', [
    '--mount',
    ...namespaces,
    'sh',
    '-c',
    script,
    'sh',
    process.execPath,
    PROBE,
  ]);
  const out = text(probe.stdout);
  probe.stdin.end();
  const lines = (await out).trim().split('\n');
  expect(lines[0]).toBe('tracing');
  const isJson = (line: string) => line.startsWith('{');
  return {
    events: lines.filter(isJson).map((line) => JSON.parse(line) as NewHistoryEvent),
    rest: lines.slice(1).filter((line) => !isJson(line)),
  };
}

function reasonsOf(events: readonly NewHistoryEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'observation-gap' ? [event.reason] : []));
}

/** Children of a process that hold a tracefs mounted for it. */
function tracefsHolders(pid: number): number[] {
  return childrenOf(pid).filter(
    (child) => isRunning(child) && readFileSync(`/proc/${child}/comm`, 'utf8') === 'cat\n',
  );
}

/** Connects, is answered, and leaves; returns the client's port. */
async function visit(port: number): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const { localPort = 0 } = socket;
  socket.write('x');
  await once(socket, 'data');
  socket.end();
  await once(socket, 'close');
  return localPort;
}

function matches(event: NewHistoryEvent, wanted: object): boolean {
  const values = event as unknown as Readonly<Record<string, unknown>>;
  return Object.entries(wanted).every(
    ([name, value]) => JSON.stringify(values[name]) === JSON.stringify(value),
  );
}

function pidOf(instance: string): number {
  return Number(ownerOfInstance(instance)?.split('-')[0]);
}

async function instancesOf(pid: number | undefined): Promise<string[]> {
  const tracefs = await openTracefs();
  try {
    return readdirSync(join(tracefs.path, 'instances')).filter((name) => pidOf(name) === pid);
  } finally {
    await tracefs.close();
  }
}

function ourInstances(): Promise<string[]> {
  return instancesOf(process.pid);
}

/** A process that has ended has no command line, also before its parent takes note. */
function isRunning(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
