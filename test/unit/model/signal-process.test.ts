import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';

import { signalGroup, signalProcess } from '../../../src/model/signal-process.ts';

it.each([0, -0, -1, 1, -12, NaN, 1.5, Infinity])('%d names no process and is never signalled', (pid) => {
  // Signal 0 only asks: had it been sent, nobody would be hurt.
  expect(() => signalProcess(pid, 0)).toThrow(RangeError);
  expect(() => signalGroup(pid, 0)).toThrow(RangeError);
});

it('a process and a group are signalled, and what is gone is no error', async () => {
  const child = spawn('sleep', ['60'], { detached: true });
  await once(child, 'spawn');
  const pid = child.pid ?? NaN;
  expect(signalProcess(pid, 0)).toBe(true);
  expect(signalGroup(pid, 'SIGKILL')).toBe(true);
  await once(child, 'exit');
  expect(signalProcess(pid, 'SIGKILL')).toBe(false);
  expect(signalGroup(pid, 'SIGKILL')).toBe(false);
});
