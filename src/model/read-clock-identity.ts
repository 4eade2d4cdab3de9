import { readFileSync, readlinkSync } from 'node:fs';

import type { ClockIdentity } from './remote-clock.ts';

/** Which CLOCK_MONOTONIC this process reads. */
export function readClockIdentity(): Omit<ClockIdentity, 'originNs'> {
  return {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    timeNamespace: readTimeNamespace(),
  };
}

function readTimeNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/time');
  } catch {
    return null; // before Linux 5.6
  }
}
