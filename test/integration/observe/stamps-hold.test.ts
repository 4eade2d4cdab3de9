import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';

import type { NewHistoryEvent, SocketEvent } from '../../../src/model/history-event.ts';
import { readStamp, type StampClock } from '../../../src/observe/read-stamp.ts';
import { runApp } from '../sample-app/running-app.ts';
import { freePort, releaseAll, runStartNs, start, traceInto } from './kernel-trace-harness.ts';

const KERNEL_NS = 1000;
/** All on one CPU; the app gets a tenth of it, so that it waits between any two steps of its own. */
const ON_ONE_CPU = ['taskset', '-c', '0'];
/** Ends by itself, should nobody end it. */
const HOG = ['sh', '-c', 'ulimit -t 60; while :; do :; done'];

afterEach(releaseAll);

describe.skipIf(process.getuid?.() !== 0)('the stamps of the sample app', () => {
  it('hold against the kernel on a CPU that it hardly gets', async () => {
    start('taskset', [...ON_ONE_CPU.slice(1), ...HOG]);
    const off: number[] = [];
    for (let life = 0; life < 4; life++) {
      const events: NewHistoryEvent[] = [];
      const port = await freePort();
      const trace = await traceInto(events, { ports: [port] });
      await using app = await runApp({
        env: { PORT: String(port) },
        prefix: [...ON_ONE_CPU, 'nice', '-n', '10'],
      });
      app.signal('SIGTERM');
      await app.exited();
      await trace.stop();
      for (const [name, isIt] of STEPS) {
        const seen = events.find((event): event is typeof event & SocketEvent => isIt(event));
        const stamp = stampOf(app.lines, name);
        const apartNs = Math.abs((seen?.atNs ?? NaN) - stamp.atNs);
        expect(apartNs, `${name}, which states ± ${stamp.uncertaintyNs} ns`).toBeLessThanOrEqual(
          stamp.uncertaintyNs + KERNEL_NS,
        );
        off.push(stamp.uncertaintyNs);
      }
    }
    // What is stated is what was measured, not a figure that always suffices.
    expect(Math.max(...off)).toBeGreaterThan(Math.min(...off));
  });
});

const STEPS: readonly (readonly [string, (event: NewHistoryEvent) => boolean])[] = [
  ['listening', (event) => event.type === 'socket-state' && event.to === 'LISTEN'],
  ['listener-closed', (event) => event.type === 'socket-state' && event.from === 'LISTEN'],
];

function stampOf(lines: readonly Readonly<Record<string, unknown>>[], name: string) {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const clock: StampClock = { runStartNs, bootId, runStartWallMs: 0, podBootIds: new Map() };
  const stamps = lines.map((line) => readStamp(JSON.stringify(line), clock));
  const found = stamps.find((stamp) => stamp?.stamp === name);
  if (found == null) throw new Error(`the app never stamped ${name}`);
  return found;
}
