import { PassThrough } from 'node:stream';
import { execa } from 'execa';
import { describe, expect, it, vi } from 'vitest';

import type { FromAgent, ObserveTask, ToAgent } from '../../../src/agent/agent-messages.ts';
import { AgentSession } from '../../../src/agent/agent-session.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';
import { readClockIdentity } from '../../../src/model/read-clock-identity.ts';
import type { RemoteProgram } from '../../../src/model/remote-program.ts';
import { spawnProgram } from './spawn-program.ts';

const task: ObserveTask = {
  node: 'n1',
  proxyMode: 'nftables',
  namespace: 'ns',
  servicePorts: [30_000],
  direct: null,
  kernelPorts: null,
  ctr: [['ctr']],
};
const OBSERVERS = ['Pod network of n1', 'conntrack of n1', 'routes of n1', 'runtime n1'];

async function open(program: RemoteProgram) {
  const events: NewHistoryEvent[] = [];
  const runStartNs = process.hrtime.bigint();
  const context = {
    nowNs: () => Number(process.hrtime.bigint() - runStartNs),
    record: (event: NewHistoryEvent) => void events.push(event),
    signal: new AbortController().signal,
  };
  const session = await AgentSession.open({ node: 'n1', program, runStartNs, context });
  const gaps = () => events.filter((event) => event.type === 'observation-gap');
  return { events, session, context, gaps };
}

describe('a node agent', () => {
  it('tells what happens on its node, on the clock of the run where that is its own', async () => {
    const { events, session, context } = await open(spawnProgram('agent/agent-worker.ts'));
    await session.start(task);
    const fromNs = context.nowNs();
    // A host route as the CNI plugin of a Pod makes it, in a range that is reserved for documentation.
    await execa('ip', ['link', 'add', 'dbagent0', 'type', 'veth', 'peer', 'name', 'dbagent1']);
    try {
      await execa('ip', ['link', 'set', 'dbagent0', 'up']);
      await execa('ip', ['route', 'add', '192.0.2.77/32', 'dev', 'dbagent0', 'scope', 'link']);
    } finally {
      await execa('ip', ['link', 'del', 'dbagent0']);
    }
    const toNs = context.nowNs();
    await session.stop();

    const samples = events.filter((event) => event.type === 'clock-sample');
    expect(samples.length).toBeGreaterThanOrEqual(10);
    expect(samples.every(({ shared }) => shared)).toBe(true);
    const changes = events.filter((event) => event.type === 'pod-network');
    expect(changes.map(({ change, podIP }) => `${change} ${podIP}`)).toEqual([
      'up 192.0.2.77',
      'released 192.0.2.77',
    ]);
    for (const { atNs, uncertaintyNs } of changes) {
      expect(atNs + uncertaintyNs).toBeGreaterThan(fromNs);
      expect(atNs - uncertaintyNs).toBeLessThan(toNs);
    }
  });

  it('leaves a gap of each of its observers when it is killed in the middle of a trial', async () => {
    const program = spawnProgram('agent/agent-worker.ts');
    const { session, context, gaps } = await open(program);
    await session.start(task);
    const killedNs = context.nowNs();
    program.child.kill('SIGKILL');
    await program.ended;
    await session.askProxy(); // nobody is there to answer: must not hang
    await session.stop();
    const cut = gaps().filter(({ reason }) => reason.includes('SIGKILL'));
    expect(cut.map(({ observer }) => observer).sort()).toEqual(OBSERVERS);
    for (const { fromNs, toNs } of cut) {
      expect(fromNs).toBeLessThanOrEqual(killedNs + 5e6);
      expect(toNs).toBeGreaterThanOrEqual(killedNs);
    }
  });

  it('ends when its input does, with all that it has started', async () => {
    const program = spawnProgram('agent/agent-worker.ts');
    const { session } = await open(program);
    await session.start(task);
    const before = await monitorsOf(program.child.pid ?? 0);
    expect(before.length).toBeGreaterThan(0);
    program.child.stdin?.end();
    expect(await program.ended).toMatch(/^exit 0/);
    // Each of them ends by itself as its own input does, in no order.
    await vi.waitFor(
      async () => {
        const left = await execa('ps', ['-o', 'pid=,args=', '-p', before.join(',')], { reject: false });
        expect(left.stdout).toBe('');
      },
      { timeout: 10_000, interval: 50 },
    );
    await session.stop();
  });

  it('fails to open, with the reason, when there is no agent', async () => {
    await expect(open(spawnProgram('agent/no-such-worker.ts'))).rejects.toThrow(/Cannot find module/);
  });
});

/** Children of a process, and theirs. */
async function monitorsOf(pid: number): Promise<string[]> {
  const { stdout } = await execa('ps', ['-eo', 'pid=,ppid=,comm=']);
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  const family = new Set([String(pid)]);
  for (let grown = true; grown;) {
    grown = false;
    for (const [child = '', parent = ''] of rows) {
      if (family.has(parent) && !family.has(child)) {
        family.add(child);
        grown = true;
      }
    }
  }
  return rows
    .filter(([child = '']) => family.has(child) && child !== String(pid))
    .map(([child = '']) => child);
}

describe('the stream of a node agent', () => {
  it('that misses events is a gap, on a clock of its own mapped with its uncertainty', async () => {
    const agent = scriptedAgent();
    const { events, session, gaps } = await open(agent.program);
    const started = session.start(task);
    const event = (seq: number): FromAgent => ({
      type: 'event',
      seq,
      event: {
        type: 'pod-network',
        atNs: agent.nowNs(),
        uncertaintyNs: 1000,
        source: 'dataplane',
        node: 'n1',
        change: 'up',
        podIP: `192.0.2.${seq}`,
      },
    });
    agent.tell(event(1));
    agent.tell(event(4));
    agent.tell({ type: 'done', what: 'start', seq: 6 });
    await started;
    await session.stop();

    expect(events.filter(({ type }) => type === 'pod-network')).toHaveLength(2);
    expect(new Set(gaps().map(({ reason }) => /[\d,]+ events? (was|were) lost/.exec(reason)?.[0]))).toEqual(
      new Set(['2 events were lost']),
    );
    expect(gaps()).toHaveLength(2 * OBSERVERS.length);
    for (const mapped of events.filter(({ type }) => type === 'pod-network')) {
      expect(mapped.uncertaintyNs).toBeGreaterThan(1000);
    }
  });
});

/** An agent of another kernel that says what it is told to say, and answers for its clock. */
function scriptedAgent() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const tell = (message: FromAgent) => void stdout.write(`${JSON.stringify(message)}\n`);
  const nowNs = () => performance.now() * 1e6 + 12_345_678_901;
  let end: (how: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  stdin.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const message = JSON.parse(line) as ToAgent;
      if (message.type === 'ping') tell({ type: 'pong', id: message.id, nowNs: nowNs() });
      if (message.type === 'stop') tell({ type: 'done', what: 'stop', seq: 6 });
    }
  });
  stdin.on('end', () => {
    stdout.end();
    end('exit 0');
  });
  const clock = { ...readClockIdentity(), bootId: 'another', originNs: '1' };
  tell({ type: 'hello', clock, pidNamespace: 'pid:[1]' });
  const program: RemoteProgram = { stdin, stdout, ended, close: () => stdout.end() };
  return { program, tell, nowNs };
}
