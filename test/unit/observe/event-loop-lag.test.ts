import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';

import { EventLoopLag } from '../../../src/observe/event-loop-lag.ts';
import { splitLines } from '../../../src/observe/split-lines.ts';

const startNs = process.hrtime.bigint();
const nowNs = () => Number(process.hrtime.bigint() - startNs);
const BLOCKED_MS = 200;

/** Neither reads nor lets anything else happen until so much time is over and `done`; how long that was, ns. */
function block(ms: number, done: () => boolean = () => true): number {
  const fromNs = nowNs();
  while (nowNs() < fromNs + ms * 1e6 || !done());
  return nowNs() - fromNs;
}

it('EventLoopLag says of a line that waited while this process was held up that it may have come earlier', async () => {
  const watch = new EventLoopLag(nowNs);
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-loop-'));
  const written = join(folder, 'written');
  // Asked, says its own time, on the same clock, while nobody reads, and leaves a sign that it has.
  const say = `process.stdout.write(process.hrtime.bigint() + '\\n', () => require('fs').writeFileSync('${written}', ''))`;
  const script = `process.stdin.once('data', () => { ${say} }); console.log('up')`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const lines = splitLines(child.stdout, nowNs, watch.heldUpNs);
    await lines.next();
    child.stdin.write('now\n');
    const blockedNs = block(BLOCKED_MS, () => existsSync(written));
    const next = await lines.next();
    if (next.done === true) throw new Error('the child said nothing');
    const line = next.value;
    const saidNs = Number(BigInt(line.text) - startNs);
    expect(saidNs).toBeLessThanOrEqual(line.arrivedNs);
    // All that time, but for the tick that was due anyway.
    expect(line.lateNs).toBeGreaterThanOrEqual(blockedNs - 10e6);
  } finally {
    watch.stop();
    child.kill();
    rmSync(folder, { recursive: true });
  }
});

it('EventLoopLag forgets a stall once it is over', async () => {
  const watch = new EventLoopLag(nowNs);
  block(BLOCKED_MS);
  expect(watch.heldUpNs()).toBeGreaterThan((BLOCKED_MS / 2) * 1e6);
  // On a busy machine there may be another one, but not for ever: else this never ends.
  while (watch.heldUpNs() > (BLOCKED_MS / 2) * 1e6) await sleep(10);
  watch.stop();
});
