import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { BoxRecord } from '../../../src/cluster/embedded/box-record.ts';
import { listCgroupProcesses } from '../../../src/cluster/embedded/cgroups.ts';
import { identifyProcess, type ProcessIdentity } from '../../../src/model/process-identity.ts';

const LOOK = new URL('look-at-boxes.ts', import.meta.url).pathname;
const FIRST_NAMESPACE = 'pid:[4026531836]';
let state: string;
let init: ChildProcess;
let initIdentity: ProcessIdentity;

beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'drainbench-boxes-'));
  init = spawn('sleep', ['600'], { stdio: 'ignore' });
  await once(init, 'spawn');
  const identity = identifyProcess(init.pid ?? 0);
  if (identity === null) throw new Error('a running process has an identity');
  initIdentity = identity;
});
afterEach(() => {
  init.kill('SIGKILL');
  rmSync(state, { recursive: true });
});

/** A box that its `up` has left running, with its slot. */
function makeBox(changed: object = {}): void {
  const record: BoxRecord = {
    ...{ schemaVersion: 1, name: 'demo', id: 'demo-1', slot: 9, nodeCount: 1, proxyMode: 'nftables' },
    ...{ phase: 'running', lifetime: 'kept', createdAt: '', kubernetesVersion: '', components: {} },
    owner: { ...initIdentity, startTicks: '1' },
    init: initIdentity,
  };
  mkdirSync(join(state, 'boxes', 'demo'), { recursive: true });
  mkdirSync(join(state, 'slots'));
  writeFileSync(join(state, 'boxes', 'demo', 'box.json'), JSON.stringify({ ...record, ...changed }));
  symlinkSync(JSON.stringify(record.owner), join(state, 'slots', '9'));
}

/** Nothing of the box was touched. */
function expectWhole(): void {
  expect(init.exitCode ?? init.signalCode).toBeNull();
  expect(existsSync(join(state, 'boxes', 'demo', 'box.json'))).toBe(true);
  expect(readlinkSync(join(state, 'slots', '9'))).toContain('startTicks');
}

async function look(args: readonly string[], within: readonly string[] = []): Promise<unknown> {
  const [command = '', ...rest] = [...within, process.execPath, LOOK, ...args];
  const { stdout } = await execa(command, rest, { env: { DRAINBENCH_STATE_DIR: state } });
  return JSON.parse(stdout);
}

describe.runIf(process.geteuid?.() === 0)('a sweep', () => {
  it('removes a box whose init is gone, with its slot', async () => {
    makeBox({ init: { ...initIdentity, startTicks: '1' } });
    expect(await look(['sweep'])).toEqual(['demo']);
    expect(existsSync(join(state, 'boxes', 'demo'))).toBe(false);
    expect(existsSync(join(state, 'slots', '9'))).toBe(false);
  });

  it('leaves a box alone that runs', async () => {
    makeBox();
    expect(await look(['sweep'])).toEqual([]);
    expectWhole();
  });

  it('leaves a box alone that a newer version made, dead though it would look', async () => {
    makeBox({ schemaVersion: 2, owner: { ...initIdentity, startTicks: '1' }, init: 'told in another way' });
    expect(await look(['sweep'])).toEqual([]);
    expectWhole();
  });

  it('leaves a box alone whose record cannot be read', async () => {
    makeBox();
    rmSync(join(state, 'boxes', 'demo', 'box.json'));
    mkdirSync(join(state, 'boxes', 'demo', 'box.json')); // EISDIR, as a disk gives EIO
    expect(await look(['sweep'])).toEqual([]);
    expectWhole();
  });

  it('leaves a box alone that was made outside of the container in which it looks', async () => {
    makeBox();
    expect(await look(['sweep'], ['unshare', '--pid', '--fork', '--mount-proc'])).toEqual([]);
    expectWhole();
    // Nor where /proc shows the numbers of another namespace.
    expect(await look(['sweep'], ['unshare', '--pid', '--fork'])).toEqual([]);
    expectWhole();
  });
});

it('a record that cannot be opened for want of descriptors is not an absent one', async () => {
  // Run once first: nothing is left to be loaded when descriptors are short.
  const { stdout } = await execa(
    'bash',
    ['-c', `ulimit -n 200 && exec "$@"`, 'bash', process.execPath, LOOK, 'read without descriptors', 'demo'],
    { env: { DRAINBENCH_STATE_DIR: state } },
  );
  expect(stdout).toContain('EMFILE');
});

describe.runIf(process.geteuid?.() === 0)('a process of another PID namespace', () => {
  it('is neither alive nor dead for whoever cannot see into that', async () => {
    expect(await look(['life', JSON.stringify(initIdentity)])).toBe('alive');
    expect(
      await look(['life', JSON.stringify(initIdentity)], ['unshare', '--pid', '--fork', '--mount-proc']),
    ).toBe('unknown');
  });

  it.runIf(readlinkSync('/proc/self/ns/pid') === FIRST_NAMESPACE)(
    'is unknown while that namespace lives, and dead once it is gone, for whoever sees all of the machine',
    async () => {
      const within = `${process.execPath} ${LOOK} self; exec sleep 600`;
      const container = spawn(
        'unshare',
        ['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', within],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const [told] = (await once(container.stdout, 'data')) as [Buffer];
      const inside = JSON.parse(told.toString()) as ProcessIdentity;
      expect(inside.pidNamespace).not.toBe(FIRST_NAMESPACE);
      expect(await look(['life', JSON.stringify(inside)])).toBe('unknown');
      const gone = once(container, 'exit');
      container.kill('SIGKILL');
      await gone;
      await expect.poll(() => look(['life', JSON.stringify(inside)]), { timeout: 30_000 }).toBe('dead');
    },
  );
});

it('processes that have no pid here, of which cgroup v2 tells as 0, are foreign and no pids', async () => {
  mkdirSync(join(state, 'drainbench', 'demo-1'), { recursive: true });
  process.env['DRAINBENCH_STATE_DIR'] = '/var/lib/drainbench'; // whose boxes are below `drainbench`
  try {
    writeFileSync(join(state, 'drainbench', 'demo-1', 'cgroup.procs'), '0\n4711\n0\n');
    const layout = { version: 2, hierarchies: [state], all: [state] } as const;
    expect(await listCgroupProcesses(layout, 'demo-1')).toEqual({ pids: [4711], foreign: true });
  } finally {
    delete process.env['DRAINBENCH_STATE_DIR'];
  }
});
