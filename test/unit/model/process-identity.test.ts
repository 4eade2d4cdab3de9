import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';

import { identifyProcess, isAlive } from '../../../src/model/process-identity.ts';

describe('a process identity', () => {
  it('is alive while exactly that process runs, and not after it', async () => {
    const child = spawn('sleep', ['60']);
    await once(child, 'spawn');
    const identity = identifyProcess(child.pid ?? -1);
    if (identity === null) throw new Error('a running process has an identity');
    expect(isAlive(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isAlive(identity)).toBe(false);
  });

  it('does not take another process with the same pid, or one from before a reboot, for it', () => {
    const own = identifyProcess(process.pid);
    if (own === null) throw new Error('we run');
    expect(isAlive({ ...own, startTicks: '1' })).toBe(false);
    expect(isAlive({ ...own, bootId: 'another' })).toBe(false);
  });

  it('is null for a pid that nobody has', () => {
    expect(identifyProcess(2 ** 22 + 1)).toBeNull();
  });
});
