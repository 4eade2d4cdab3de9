import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startMonitor, type MonitorCommand } from '../../../src/observe/dataplane/start-monitor.ts';
import { recordingContext } from './dataplane-recording-context.ts';
import { makeNetns, type Netns } from './dataplane-netns.ts';

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)('a monitor in a node’s network namespace', () => {
  let netns: Netns;

  beforeEach(() => {
    netns = makeNetns();
  });
  afterEach(() => {
    netns.remove();
  });

  const ipMonitor = (onLine: MonitorCommand['onLine'] = () => undefined): MonitorCommand => ({
    node: 'n',
    observer: 'links of n',
    source: 'dataplane',
    command: ['ip', '-o', 'monitor', 'link'],
    lossNotice: /No buffer space available/,
    onLine,
  });

  it('hears the very first change after it has started, every time', async () => {
    for (let round = 0; round < 10; round++) {
      const { context } = recordingContext();
      const heard: string[] = [];
      const name = `v${round}`;
      const monitor = await startMonitor(
        netns.onNode,
        ipMonitor(({ text }) => heard.push(text)),
        context,
      );
      expect(monitor.listens()).toBe(true);
      netns.run('ip', 'link', 'add', name, 'type', 'veth', 'peer', `p${round}`);
      await until(() => heard.some((line) => line.includes(name)));
      await monitor.stop();
    }
  });

  it('ends at a stop, leaves no process behind and records no gap', async () => {
    const { context, events } = recordingContext();
    const monitor = await startMonitor(netns.onNode, ipMonitor(), context);
    expect(processesIn(netns)).not.toHaveLength(0);
    await monitor.stop();
    expect(processesIn(netns)).toHaveLength(0);
    expect(events).toEqual([]);
  });

  it('is started again when its process dies, and says from when to when it was blind', async () => {
    const { context, events } = recordingContext();
    const heard: string[] = [];
    const blind: [number, number][] = [];
    const monitor = await startMonitor(
      netns.onNode,
      {
        ...ipMonitor(({ text }) => heard.push(text)),
        onBlind: (fromNs, toNs) => {
          blind.push([fromNs, toNs]);
          return Promise.resolve();
        },
      },
      context,
    );
    process.kill(monitorPid(netns), 'SIGKILL');
    await until(() => blind.length === 1);
    netns.run('ip', 'link', 'add', 'later', 'type', 'veth', 'peer', 'laterp');
    await until(() => heard.some((line) => line.includes('later')));
    await monitor.stop();
    expect(events).toEqual([
      expect.objectContaining({ type: 'observation-gap', observer: 'links of n', source: 'dataplane' }),
    ]);
    expect(events[0]).toMatchObject({ reason: expect.stringContaining('exit 137') as unknown });
  });

  it('gives a monitor up that dies again and again, with a gap to the end', async () => {
    const { context, events, nowNs } = recordingContext();
    const monitor = await startMonitor(
      netns.onNode,
      { ...ipMonitor(), command: ['sh', '-c', 'echo it is broken >&2; exit 3'] },
      context,
    );
    expect(monitor.listens()).toBe(false);
    const beforeStopNs = nowNs();
    await monitor.stop();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'observation-gap',
      reason: expect.stringMatching(/exit 3.*it is broken/) as unknown,
    });
    expect((events[0] as { toNs: number }).toNs).toBeGreaterThanOrEqual(beforeStopNs);
  });

  it('says that a command is missing instead of failing', async () => {
    const { context, events } = recordingContext();
    const monitor = await startMonitor(
      netns.onNode,
      { ...ipMonitor(), command: ['no-such-command'] },
      context,
    );
    await monitor.stop();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'observation-gap',
      reason: expect.stringMatching(/no-such-command.*not found/) as unknown,
    });
  });

  it('says that the node cannot be entered instead of failing', async () => {
    const { context, events } = recordingContext();
    const monitor = await startMonitor(() => ['/no/such/nsenter'], ipMonitor(), context);
    await monitor.stop();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ reason: expect.stringContaining('ENOENT') as unknown });
  });

  it('leaves no process behind when the harness is killed with -9, even through a PID namespace', async () => {
    const harness = spawn(
      process.execPath,
      [new URL('dataplane-monitor-harness.ts', import.meta.url).pathname, netns.path],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(harness.stdout, 'data');
    expect(processesIn(netns)).not.toHaveLength(0);
    harness.kill('SIGKILL');
    await once(harness, 'exit');
    await until(() => processesIn(netns).length === 0);
  });
});

/** Pids on this host of all processes in a network namespace. */
function processesIn(netns: Netns): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const found = execFileSync('stat', ['-L', '-c', '%i', `/proc/${pid}/ns/net`], { stdio: 'pipe' });
        return found.toString().trim() === netns.inode;
      } catch {
        return false; // gone, or a zombie
      }
    });
}

function monitorPid(netns: Netns): number {
  const found = processesIn(netns).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('ip\0'),
  );
  if (found === undefined) throw new Error('no monitor runs');
  return found;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
