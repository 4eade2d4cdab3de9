import { NS_PER_MS } from '../../model/duration.ts';
import { clockDriftNs, readClockAnchor, wallToMonotonic, type ClockAnchor } from '../../model/wall-clock.ts';
import type { ObserveContext } from '../observer.ts';

/**
 * Puts the wall-clock stamps of monitors on the run's time line while they arrive. The clocks are compared every few
 * seconds, since NTP may slew the wall clock by up to half a millisecond a second.
 */
export interface WallStamps {
  /**
   * @param wallMs ms since the epoch, with fractions
   * @param arrivedNs when the stamp reached this process, ns since run start: an upper bound
   * @returns ns since run start; `null` when the wall clock was set and the stamp is worthless
   */
  toRunNs(wallMs: number, arrivedNs: number): number | null;
  stop(): void;
}

const COMPARE_EVERY_MS = 5000;
/** A wall clock that moved more than this against its own pace was set. */
const STEP_NS = NS_PER_MS;

/**
 * A wall clock that was set is an `observation-gap` from the comparison before: stamps of that time are off by as much.
 *
 * @param runStartNs `process.hrtime.bigint()` at run start
 */
export function startWallStamps(runStartNs: bigint, context: ObserveContext): WallStamps {
  const originNs = Number(runStartNs);
  let anchors = firstAnchors(readClockAnchor());
  const timer = setInterval(() => {
    const anchor = readClockAnchor();
    const movedNs = clockDriftNs(anchors.newer, anchor) - anchors.paceNs(anchor);
    if (Math.abs(movedNs) > STEP_NS) {
      recordStep(anchors.newer.monoNs - originNs, movedNs, context);
      anchors = firstAnchors(anchor);
    } else anchors = nextAnchors(anchors.newer, anchor);
  }, COMPARE_EVERY_MS);
  timer.unref();
  return {
    toRunNs: (wallMs, arrivedNs) => {
      const atNs = Math.round(wallToMonotonic(wallMs, anchors.older, anchors.newer) - originNs);
      // Arrived before it was made, or an hour on the way: the wall clock was set in between.
      if (atNs > arrivedNs + STEP_NS || arrivedNs - atNs > COMPARE_EVERY_MS * NS_PER_MS) return null;
      return Math.min(atNs, arrivedNs);
    },
    stop: () => {
      clearInterval(timer);
    },
  };
}

function recordStep(fromNs: number, movedNs: number, context: ObserveContext): void {
  const toNs = context.nowNs();
  context.record({
    type: 'observation-gap',
    atNs: toNs,
    uncertaintyNs: 0,
    source: 'conntrack',
    observer: 'stamps of conntrack and Pod network',
    fromNs,
    toNs,
    reason: `the wall clock was set by ${(movedNs / NS_PER_MS).toFixed(1)} ms`,
  });
}

interface Anchors {
  readonly older: ClockAnchor;
  readonly newer: ClockAnchor;
  /** How far the clocks should have drifted apart from `newer` to `anchor` at the pace last seen, ns. */
  readonly paceNs: (anchor: ClockAnchor) => number;
}

/** Before a second comparison, both clocks are taken to go at the same pace. */
function firstAnchors(anchor: ClockAnchor): Anchors {
  return { older: anchor, newer: anchor, paceNs: () => 0 };
}

function nextAnchors(older: ClockAnchor, newer: ClockAnchor): Anchors {
  const pace = clockDriftNs(older, newer) / (newer.monoNs - older.monoNs);
  return { older, newer, paceNs: (anchor) => pace * (anchor.monoNs - newer.monoNs) };
}
