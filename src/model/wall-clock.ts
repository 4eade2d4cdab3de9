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
  const { wallMs, monoNs } = readClockAnchorWithin(() => Number(process.hrtime.bigint()));
  return { wallMs, monoNs };
}

/**
 * The same for any clock that goes like CLOCK_MONOTONIC.
 *
 * @returns besides, how many ns before or after `monoNs` the wall clock can have shown `wallMs`: half of `widthNs`
 */
export function readClockAnchorWithin(nowNs: () => number): ClockAnchor & { readonly widthNs: number } {
  let best = { wallMs: 0, monoNs: Infinity, widthNs: Infinity };
  for (let tick = 0; tick < 5; tick++) {
    // Each reading of the one clock lies between two of the other: this process can lose its CPU anywhere.
    let before = nowNs();
    const from = Date.now();
    let wallMs: number;
    for (;;) {
      const between = nowNs();
      wallMs = Date.now();
      if (wallMs !== from) break;
      before = between;
    }
    const after = nowNs();
    const widthNs = after - before;
    if (widthNs < best.widthNs) best = { wallMs, monoNs: Math.round((before + after) / 2), widthNs };
  }
  return best;
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
