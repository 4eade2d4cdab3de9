/** One instant on both clocks. */
export interface ClockAnchor {
  /** Wall clock, ms since the epoch. */
  readonly wallMs: number;
  /** CLOCK_MONOTONIC, ns. */
  readonly monoNs: number;
}

/**
 * Reads both clocks at one instant, to some microseconds although `Date.now()` only counts milliseconds: it waits for
 * the wall clock to tick over (1 ms at most) and reads the monotonic clock right then. Best of five ticks.
 */
export function readClockAnchor(): ClockAnchor {
  let best = { wallMs: 0, monoNs: Infinity, widthNs: Infinity };
  for (let tick = 0; tick < 5; tick++) {
    const from = Date.now();
    let before = process.hrtime.bigint();
    while (Date.now() === from) before = process.hrtime.bigint();
    const after = process.hrtime.bigint();
    const widthNs = Number(after - before);
    if (widthNs < best.widthNs) best = { wallMs: Date.now(), monoNs: Number((before + after) / 2n), widthNs };
  }
  return { wallMs: best.wallMs, monoNs: best.monoNs };
}

/**
 * Turns a wall-clock time (ms since the epoch, fractions allowed) into ns on CLOCK_MONOTONIC, by the two anchors
 * around it: the clocks drift apart by some microseconds a second, and NTP may slew one of them.
 */
export function wallToMonotonic(wallMs: number, start: ClockAnchor, end: ClockAnchor): number {
  const wallSpan = end.wallMs - start.wallMs;
  if (wallSpan <= 0) return start.monoNs + (wallMs - start.wallMs) * 1e6;
  return start.monoNs + ((wallMs - start.wallMs) / wallSpan) * (end.monoNs - start.monoNs);
}

/** How far the wall clock moved against the monotonic one between two anchors, ns; a step shows as a large value. */
export function clockDriftNs(start: ClockAnchor, end: ClockAnchor): number {
  return (end.wallMs - start.wallMs) * 1e6 - (end.monoNs - start.monoNs);
}
