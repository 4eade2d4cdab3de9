import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { NS_PER_MS } from '../../model/duration.ts';
import type { Check } from '../check.ts';

const WINDOW_MS = 250;
/** ntpd and chrony slew by at most 0.05 % (500 ppm); Date.now has a grain of 1 ms. */
const TOLERATED_MS = 2;
/** Reading TSC, kvm-clock or the ARM counter takes tens of nanoseconds; HPET and acpi_pm take microseconds. */
const TOLERATED_READ_NS = 1000;
const READS = 20_000;

export const clockCheck: Check = {
  id: 'clock',
  title: 'clock',
  drivers: ['embedded', 'kind', 'existing'],
  expected: 'monotonic and wall clock advance alike; a reading takes less than 1 µs',
  weight: 'wanted',
  async run({ signal }) {
    const startNs = process.hrtime.bigint();
    const startWallMs = Date.now();
    await sleep(WINDOW_MS, undefined, { signal });
    const elapsedMs = Number(process.hrtime.bigint() - startNs) / NS_PER_MS;
    const driftMs = Date.now() - startWallMs - elapsedMs;
    const readNs = cheapestReadNs();

    const found =
      `${clockSource()}: ${Math.round(readNs)} ns a reading, ` +
      `clocks ${Math.abs(driftMs).toFixed(1)} ms apart after ${Math.round(elapsedMs)} ms`;
    if (Math.abs(driftMs) > TOLERATED_MS) {
      const advice =
        'something sets the wall clock: let a time service (chrony, systemd-timesyncd) finish first';
      return { status: 'warn', found, fix: { command: null, advice, automatic: false } };
    }
    if (readNs > TOLERATED_READ_NS) {
      const advice =
        'a slow clock source adds to every latency: boot with one of the CPU, e.g. clocksource=tsc';
      return { status: 'warn', found, fix: { command: null, advice, automatic: false } };
    }
    return { status: 'ok', found };
  },
};

/** The best of several batches: what the clock costs, not what else the machine was doing. */
function cheapestReadNs(): number {
  let best = Infinity;
  for (let batch = 0; batch < 5; batch++) {
    const before = process.hrtime.bigint();
    for (let read = 0; read < READS / 5; read++) performance.now();
    best = Math.min(best, Number(process.hrtime.bigint() - before) / (READS / 5));
  }
  return best;
}

function clockSource(): string {
  try {
    return readFileSync('/sys/devices/system/clocksource/clocksource0/current_clocksource', 'utf8').trim();
  } catch {
    return 'unknown clock source';
  }
}
