import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { LoopWatch } from '../../../src/observe/loop-watch.ts';
import { splitLines } from '../../../src/observe/split-lines.ts';

const startNs = process.hrtime.bigint();
const nowNs = () => Number(process.hrtime.bigint() - startNs);
const BLOCKED_MS = 200;

function block(ms: number): void {
  const untilNs = nowNs() + ms * 1e6;
  while (nowNs() < untilNs);
}

it('knows of a line that lay there while this process was held up that it may have come earlier', async () => {
  const watch = new LoopWatch(nowNs);
  // Says its own time, on the same clock, amid the time in which nobody reads.
  const script = `setTimeout(() => console.log(String(process.hrtime.bigint())), ${BLOCKED_MS / 4}); console.log('up')`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const lines = splitLines(child.stdout, nowNs, watch.heldUpNs);
    await lines.next();
    block(BLOCKED_MS);
    const next = await lines.next();
    if (next.done === true) throw new Error('the child said nothing');
    const line = next.value;
    const saidNs = Number(BigInt(line.text) - startNs);
    expect(saidNs).toBeLessThanOrEqual(line.arrivedNs);
    expect(saidNs).toBeGreaterThanOrEqual(line.arrivedNs - line.lateNs - 3e6);
  } finally {
    watch.stop();
    child.kill();
  }
});

it('forgets a stall once it is over', async () => {
  const watch = new LoopWatch(nowNs);
  block(BLOCKED_MS);
  expect(watch.heldUpNs()).toBeGreaterThan((BLOCKED_MS / 2) * 1e6);
  // On a busy machine there may be another one, but not for ever.
  for (let wait = 0; wait < 100 && watch.heldUpNs() > (BLOCKED_MS / 2) * 1e6; wait++) await sleep(10);
  expect(watch.heldUpNs()).toBeLessThan((BLOCKED_MS / 2) * 1e6);
  watch.stop();
});
