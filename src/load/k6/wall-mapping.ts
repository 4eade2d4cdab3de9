import { DrainbenchError } from '../../model/drainbench-error.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { readClockAnchorWithin } from '../../model/wall-clock.ts';

/** A wall clock that moved more than this between two comparisons was set. */
const STEP_NS = NS_PER_MS;
const NS_PER_S = 1e9;

/**
 * The wall clock, by which k6 stamps, on the run's clock. Both are read by this process at one instant, to some
 * microseconds, again and again: between two readings the true offset is taken to be that of the first, and is off by no
 * more than the two differ, and by what each of them left open.
 *
 * @throws DrainbenchError `wall-clock-set`, from `compare`, when the wall clock was set: nothing that k6 stamped since the
 * last comparison can be put in order with anything.
 */
export class WallMapping {
  readonly #nowNs: () => number;
  readonly #load: string;
  /** Seconds of the wall clock from which it is counted, so that nanoseconds are exact in a double. */
  readonly #baseSeconds: number;
  /** Run clock − (wall clock − base), ns. */
  #offsetNs: number;
  #openNs: number;
  /** The true time lies within ± this of every time so far. */
  uncertaintyNs: number;

  /** @param nowNs the run's clock */
  constructor(nowNs: () => number, load: string) {
    this.#nowNs = nowNs;
    this.#load = load;
    const anchor = readClockAnchorWithin(nowNs);
    this.#baseSeconds = Math.floor(anchor.wallMs / 1000);
    this.#offsetNs = this.#offsetOf(anchor);
    this.#openNs = anchor.widthNs / 2;
    this.uncertaintyNs = this.#openNs;
  }

  /** @returns ns since run start */
  toRunNs(seconds: number, nanoseconds: number): number {
    return Math.round((seconds - this.#baseSeconds) * NS_PER_S + nanoseconds + this.#offsetNs);
  }

  /** Reads both clocks once more. Blocks for a few milliseconds. */
  compare(): void {
    const anchor = readClockAnchorWithin(this.#nowNs);
    const offsetNs = this.#offsetOf(anchor);
    const movedNs = Math.abs(offsetNs - this.#offsetNs);
    if (movedNs > STEP_NS) throw wasSet(this.#load, movedNs);
    const openNs = anchor.widthNs / 2;
    this.uncertaintyNs = Math.max(this.uncertaintyNs, movedNs + this.#openNs + openNs);
    this.#offsetNs = offsetNs;
    this.#openNs = openNs;
  }

  #offsetOf({ wallMs, monoNs }: { readonly wallMs: number; readonly monoNs: number }): number {
    return monoNs - (wallMs - this.#baseSeconds * 1000) * NS_PER_MS;
  }
}

function wasSet(load: string, byNs: number): DrainbenchError {
  return new DrainbenchError({
    code: 'wall-clock-set',
    message: `load "${load}": the wall clock, by which k6 stamps its requests, was set by ${(byNs / NS_PER_MS).toFixed(1)} ms while it ran`,
    fix: 'The trial is void. Let nobody set the clock during a run (a time daemon that slews is fine), or use another engine.',
  });
}
