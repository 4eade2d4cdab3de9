import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';

import { boxPaths } from '../../src/cluster/embedded/box-paths.ts';
import { drainbench } from './support/drainbench.ts';
import { eventually } from './support/eventually.ts';
import { snapshotHost } from './support/host-snapshot.ts';

const NAME = 'e2e-clean';

describe('a box leaves nothing behind', () => {
  it('after up and down', async () => {
    const before = await snapshotHost();
    const up = await drainbench(['cluster', 'up', '--name', NAME]);
    expect(up.exitCode, up.all).toBe(0);
    const down = await drainbench(['cluster', 'down', '--name', NAME]);
    expect(down.exitCode, down.all).toBe(0);
    expect(await snapshotHost()).toEqual(before);
  });

  it.each([50, 300, 800, 1800, 3500, 6000])(
    'after its init was killed %i ms into up, and any next command',
    async (afterMs) => {
      const before = await snapshotHost();
      const up = drainbench(['cluster', 'up', '--name', NAME]);
      const killed = await killInit(afterMs);
      const result = await up;
      // Killed before it was there to be killed, or so late that up was done: both leave a box to take down.
      if (killed) expect(result.exitCode, result.all).toBe(69);
      const next = await drainbench(['cluster', 'list']);
      expect(next.exitCode, next.all).toBe(0);
      if (!killed) await drainbench(['cluster', 'down', '--name', NAME]);
      expect(await snapshotHost()).toEqual(before);
    },
  );

  it('after the command itself was killed with -9 in the middle of up, and any next command', async () => {
    const before = await snapshotHost();
    const up = drainbench(['cluster', 'up', '--name', NAME]);
    await untilBegun();
    up.kill('SIGKILL');
    await up;
    const next = await drainbench(['cluster', 'list']);
    expect(next.all).toContain(`removed what was left of the dead cluster ${NAME}`);
    expect(await snapshotHost()).toEqual(before);
  });

  it('after Ctrl-C in the middle of up, with exit code 130', async () => {
    const before = await snapshotHost();
    const up = drainbench(['cluster', 'up', '--name', NAME]);
    await untilBegun();
    up.kill('SIGINT');
    const result = await up;
    expect(result.exitCode, result.all).toBe(130);
    expect(await snapshotHost()).toEqual(before);
  });

  it('after its output was closed and its terminal hung up, by kernel and shell, in the middle of up', async () => {
    const before = await snapshotHost();
    const up = drainbench(['cluster', 'up', '--name', NAME]);
    await untilBegun();
    up.stdout.destroy();
    up.stderr.destroy();
    up.kill('SIGHUP');
    up.kill('SIGHUP');
    const result = await up;
    expect(result.exitCode, result.all).toBe(130);
    expect(await snapshotHost()).toEqual(before);
  });
});

/** In the middle of up: its record is there, and what it names is being made. */
async function untilBegun(): Promise<void> {
  await eventually(() => void readFileSync(boxPaths(NAME).record), 60_000);
  await sleep(500);
}

/** Kills the box's init so long after its record names it; false when `up` was done or never came so far. */
async function killInit(afterMs: number): Promise<boolean> {
  const { record } = boxPaths(NAME);
  const deadline = performance.now() + 20_000;
  while (performance.now() < deadline) {
    const box = readRecord(record);
    if (box?.init != null) {
      await sleep(afterMs);
      if (readRecord(record)?.phase !== 'starting') return false;
      process.kill(box.init.pid, 'SIGKILL');
      return true;
    }
    await sleep(5);
  }
  return false;
}

function readRecord(path: string): { phase: string; init: { pid: number } | null } | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { phase: string; init: { pid: number } | null };
  } catch {
    return null;
  }
}
