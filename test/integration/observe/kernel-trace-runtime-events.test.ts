import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { startBoundProcess } from '../../../src/observe/runtime-events-process.ts';
import { watchRuntime } from '../../../src/observe/runtime-events.ts';
import type { Observer } from '../../../src/observe/observer.ts';

const runStartNs = process.hrtime.bigint();
const nowNs = () => Number(process.hrtime.bigint() - runStartNs);
const ID = '15f15151bec0e2a5c349a9f394ed731b77629d8b718f1ed2e3e0517f482df6bb';

let folder = '';
let events: NewHistoryEvent[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-runtime-'));
  events = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the runtime observer', () => {
  it("records events at the moment that the node's wall clock told", async () => {
    const before = nowNs();
    const create = say('/containers/create', `{"id":"${ID}","image":"registry.k8s.io/pause:3.10"}`);
    const remove = say('/tasks/delete', `{"container_id":"${ID}","exit_status":137}`);
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
    const first = `touch again; ${say('/tasks/start', `{"container_id":"${ID}"}`)}; echo EOF >&2; exit 1`;
    const second = `${say('/tasks/delete', `{"container_id":"${ID}"}`)}; touch done; exec sleep 60`;
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

function watch(script: string): Promise<Observer> {
  const record = (event: NewHistoryEvent) => void events.push(event);
  const context = { nowNs, record, signal: new AbortController().signal };
  return watchRuntime('node1', ['sh', '-c', `cd ${folder}; ${script}`], context, runStartNs);
}

/** Shell that prints an event of this very moment. */
function say(topic: string, json: string): string {
  return `date -u '+%Y-%m-%d %H:%M:%S.%N +0000 UTC k8s.io ${topic} ${json}'`;
}

/** Waits for a file that the command makes. What it printed before that is in the pipe. */
async function madeBy(name: string): Promise<void> {
  await expect.poll(() => existsSync(join(folder, name)), { timeout: 10_000 }).toBe(true);
}

/** Whether the process in the file `pid` runs; one that ended has no command line, also before it is reaped. */
function isRunning(): boolean {
  try {
    return readFileSync(`/proc/${readFileSync(join(folder, 'pid'), 'utf8').trim()}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
