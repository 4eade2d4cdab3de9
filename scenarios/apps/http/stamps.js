import { writeLine } from './write-line.js';

/**
 * Stamps of the app's own life: one JSON line each, written at once. `monoNs` is CLOCK_MONOTONIC (as text: it may pass
 * 2^53), the same clock for everything on this machine since it booted, which `bootId` in `started` identifies.
 */
export function createStamps({ pod, podUid }) {
  return function stamp(name, fields = {}) {
    const monoNs = process.hrtime.bigint().toString();
    writeLine({
      drainbench: 'stamp',
      stamp: name,
      monoNs,
      wallMs: Date.now(),
      pid: process.pid,
      pod,
      podUid,
      ...fields,
    });
  };
}
