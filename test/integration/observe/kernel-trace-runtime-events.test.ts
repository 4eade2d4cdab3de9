import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { startBoundProcess } from '../../../src/observe/runtime-events-process.ts';
import { watchRuntime, type RuntimeObserver } from '../../../src/observe/runtime-events.ts';
import { makeTestCgroup } from './kernel-trace-cgroup.ts';
import { childrenOf, nowNs, releaseAll, releases, runStartNs, start } from './kernel-trace-harness.ts';

const ID = '15f15151bec0e2a5c349a9f394ed731b77629d8b718f1ed2e3e0517f482df6bb';

let folder = '';
let events: NewHistoryEvent[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-runtime-'));
  events = [];
});
afterEach(async () => {
  await releaseAll();
  rmSync(folder, { recursive: true });
});

describe('the runtime observer', () => {
  it("records events at the moment that the node's wall clock told", async () => {
    const before = nowNs();
    const create = say('/containers/create', { id: ID, image: 'registry.k8s.io/pause:3.10' });
    const remove = say('/tasks/delete', { container_id: ID, exit_status: 137 });
    const runtime = await watch(`${create}; ${remove}; touch done; exec sleep 60`);
    await madeBy('done');
    const after = nowNs();
    await runtime.stop();
    expect(events).toMatchObject([
      { type: 'runtime', node: 'node1', topic: '/containers/create', sandbox: true, exitStatus: null },
      { type: 'runtime', node: 'node1', topic: '/tasks/delete', sandbox: true, exitStatus: 137 },
    ]);
    for (const { atNs, uncertaintyNs } of events) {
      expect(atNs).toBeGreaterThanOrEqual(before - uncertaintyNs);
      expect(atNs).toBeLessThanOrEqual(after + uncertaintyNs);
    }
  });

  it.skipIf(process.getuid?.() !== 0)(
    'names the first process of a container, and of a hook in it, as this host numbers them',
    async () => {
      const cgroup = makeTestCgroup();
      releases.push(() => cgroup.remove());
      const { containerId } = cgroup.container;
      // A pid namespace like that of a box or a node of kind, with a shim in it whose child is in a namespace of its own.
      const node = start('unshare', [
        '--pid',
        '--fork',
        '--kill-child',
        'sh',
        '-c',
        'read -r _; unshare --pid --fork sleep 60 & unshare --pid --fork sleep 60 & wait',
      ]);
      await expect.poll(() => childrenOf(node.pid ?? 0)).toHaveLength(1);
      const [init = 0] = childrenOf(node.pid ?? 0);
      node.stdin.write('\n');
      const started = () => childrenOf(init).flatMap((shim) => childrenOf(shim));
      await expect.poll(started, { timeout: 10_000 }).toHaveLength(2);
      const pids = started();
      for (const pid of pids) cgroup.enter(pid);
      const [first = 0, hook = 0] = pids;
      const [firstInNode, hookInNode] = pids.map(pidInParent);
      expect(firstInNode).not.toBe(first);

      const told = [
        say('/tasks/start', { container_id: containerId, pid: firstInNode }),
        say('/tasks/exec-started', { container_id: containerId, exec_id: 'hook', pid: hookInNode }),
        say('/tasks/exit', { container_id: containerId, id: 'hook', pid: hookInNode }),
        say('/tasks/exit', {
          container_id: containerId,
          id: containerId,
          pid: firstInNode,
          exit_status: 137,
        }),
        say('/tasks/oom', { container_id: containerId }),
        say('/tasks/exit', { container_id: containerId, id: 'gone-before', pid: 99_999 }),
      ];
      const runtime = await watch(`${told.join('; ')}; touch done; exec sleep 60`);
      await madeBy('done');
      await runtime.stop();
      expect(events).toMatchObject([
        { topic: '/tasks/start', execId: null, pid: first },
        { topic: '/tasks/exec-started', execId: 'hook', pid: hook },
        { topic: '/tasks/exit', execId: 'hook', pid: hook },
        { topic: '/tasks/exit', execId: null, pid: first, exitStatus: 137 },
        { topic: '/tasks/oom', execId: null, pid: null, exitStatus: null },
        { topic: '/tasks/exit', execId: 'gone-before', pid: null },
      ]);
      for (const event of events) expect(event).toMatchObject({ container: cgroup.container, containerId });
    },
  );

  it.skipIf(process.getuid?.() !== 0)(
    'puts an end that it is told of late between that and when the process was last seen alive',
    async () => {
      const cgroup = makeTestCgroup();
      releases.push(() => cgroup.remove());
      const { containerId, podUid } = cgroup.container;
      const shim = start('sh', ['-c', 'unshare --pid --fork sleep 60 & wait; read -r _']);
      const started = () => childrenOf(shim.pid ?? 0).flatMap((child) => childrenOf(child));
      await expect.poll(started, { timeout: 10_000 }).toHaveLength(1);
      const [first = 0] = started();
      cgroup.enter(first);
      const exit = say('/tasks/exit', { container_id: containerId, id: containerId, pid: first });
      const runtime = await watch(
        `while [ ! -e ended ]; do sleep 0.02; done; sleep 0.6; ${exit}; touch done; exec sleep 60`,
      );
      runtime.follow([podUid]);
      await sleep(400);
      const before = nowNs();
      process.kill(first, 'SIGKILL');
      // A signal is delivered when its turn has come: until then the process is alive.
      await expect.poll(() => existsSync(`/proc/${first}`), { timeout: 10_000, interval: 1 }).toBe(false);
      const after = nowNs();
      writeFileSync(join(folder, 'ended'), '');
      await madeBy('done');
      await runtime.stop();
      const [told] = events;
      if (told?.type !== 'runtime') throw new Error('the exit was not recorded');
      const { atNs, uncertaintyNs } = told;
      expect(atNs - uncertaintyNs).toBeLessThanOrEqual(after);
      expect(atNs + uncertaintyNs).toBeGreaterThanOrEqual(before + 600e6);
      // What is not known is half a second and a look or two, not all the time since the trial began.
      expect(atNs - uncertaintyNs).toBeGreaterThan(before - 350e6);
    },
  );

  it('says since when it sees nothing when its process ends', async () => {
    const runtime = await watch('echo $PPID > pid; echo "cannot dial containerd" >&2; exit 3');
    await madeBy('pid');
    await expect.poll(isRunning, { timeout: 10_000 }).toBe(false);
    await runtime.stop();
    expect(events).toMatchObject([
      {
        type: 'observation-gap',
        observer: 'runtime node1',
        reason: expect.stringMatching(/ended with 3: cannot dial containerd$/) as string,
      },
    ]);
  });

  it('goes on where its process ended, with a gap until the next event', async () => {
    const first = `touch again; ${say('/tasks/start', { container_id: ID })}; echo EOF >&2; exit 1`;
    const second = `${say('/tasks/delete', { container_id: ID })}; touch done; exec sleep 60`;
    const runtime = await watch(`if [ -e again ]; then ${second}; else ${first}; fi`);
    await madeBy('done');
    await runtime.stop();
    expect(events.filter(({ type }) => type === 'runtime')).toMatchObject([
      { topic: '/tasks/start' },
      { topic: '/tasks/delete' },
    ]);
    const [gap, ...others] = events.filter((event) => event.type === 'observation-gap');
    expect(others).toEqual([]);
    expect(gap?.reason).toMatch(/ended with 1: EOF$/);
    // Closed by the event that showed that it listened again, half a second later.
    expect(gap?.toNs).toBeLessThan((gap?.atNs ?? 0) - 1);
    expect(gap?.toNs).toBeGreaterThan(gap?.fromNs ?? Infinity);
  });

  it('says so when a line cannot be read', async () => {
    const runtime = await watch('echo rubbish; touch done; exec sleep 60');
    await madeBy('done');
    await runtime.stop();
    expect(events).toMatchObject([
      { type: 'observation-gap', reason: 'not an event of containerd: rubbish' },
    ]);
  });

  it('ends everything that its command started', async () => {
    const runtime = await watch('sleep 60 & echo $! > pid; touch done; wait');
    await madeBy('done');
    expect(isRunning()).toBe(true);
    await runtime.stop();
    await expect.poll(isRunning, { timeout: 10_000 }).toBe(false);
    expect(events).toEqual([]);
  });
});

describe('a bound process', () => {
  it('tells why its command could not be started', async () => {
    const started = startBoundProcess(['/does/not/exist']);
    started.stdout.resume();
    const { killed, notFound, reason } = await started.ended;
    expect(killed).toBe(false);
    expect(notFound).toBe(true);
    expect(reason).toMatch(/ended with 127: .*not found/);
  });
});

function watch(script: string): Promise<RuntimeObserver> {
  const record = (event: NewHistoryEvent) => void events.push(event);
  const context = { nowNs, record, signal: new AbortController().signal };
  return watchRuntime('node1', ['sh', '-c', `cd ${folder}; ${script}`], context, runStartNs);
}

/** Shell that prints an event of this very moment. */
function say(topic: string, fields: object): string {
  return `date -u '+%Y-%m-%d %H:%M:%S.%N +0000 UTC k8s.io ${topic} ${JSON.stringify(fields)}'`;
}

/** Waits for a file that the command makes. What it printed before that is in the pipe. */
async function madeBy(name: string): Promise<void> {
  await expect.poll(() => existsSync(join(folder, name)), { timeout: 10_000 }).toBe(true);
}

/** A process' number in the pid namespace around its own. */
function pidInParent(pid: number): number {
  const pids = /^NSpid:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(pids?.split('\t').at(-2));
}

/** Whether the process in the file `pid` runs; one that ended has no command line, also before it is reaped. */
function isRunning(): boolean {
  try {
    return readFileSync(`/proc/${readFileSync(join(folder, 'pid'), 'utf8').trim()}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
