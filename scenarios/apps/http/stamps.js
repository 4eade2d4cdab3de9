import { writeLine } from './write-line.js';

/**
 * Stamps of the app's own life: one JSON line each, written at once. `monoNs` is CLOCK_MONOTONIC (as text: it may pass
 * 2^53), the same clock for everything on this machine since it booted, which `bootId` in `started` identifies. What
 * can be told only when it is done took place between `notBeforeNs`, read before it was asked for, and `monoNs`.
 */
export function createStamps({ pod, podUid }) {
  return function stamp(name, fields = {}, notBeforeNs = null) {
    const monoNs = process.hrtime.bigint();
    writeLine({
      drainbench: 'stamp',
      stamp: name,
      monoNs: monoNs.toString(),
      ...(notBeforeNs === null ? {} : { notBeforeNs: notBeforeNs.toString() }),
      wallMs: Date.now(),
      pid: process.pid,
      pod,
      podUid,
      ...fields,
    });
  };
}
