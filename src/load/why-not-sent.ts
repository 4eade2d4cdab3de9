import { MAX_LATENESS_NS } from './pacing-schedule.ts';

/** What can keep a request from being sent that is due. */
export type Obstacle = 'CONCURRENCY_LIMIT' | 'LEDGER_BEHIND';

/** A generator that looks so much later than it meant to has slept. */
const OVERSLEPT_NS = MAX_LATENESS_NS / 4;

/**
 * Remembers what stands in the way of the requests that are due, so that the right one is blamed when they are given up:
 * the obstacle, as far as the generator was awake to see it; else the generator.
 */
export class WhyNotSent {
  #obstacle: Obstacle | undefined;
  #seenNs = 0;
  #nextLookNs = 0;

  /** The generator looked, could not send, and means to look again at `nextLookNs`. */
  blockedBy(obstacle: Obstacle, nowNs: number, nextLookNs: number): void {
    this.#obstacle = obstacle;
    this.#seenNs = nowNs;
    this.#nextLookNs = nextLookNs;
  }

  /** Nothing is in the way any more. */
  clear(): void {
    this.#obstacle = undefined;
  }

  /** Of a request that was due at `dueNs` and is given up now. */
  errorCode(dueNs: number, nowNs: number): Obstacle | 'GENERATOR_LATE' {
    if (this.#obstacle === undefined) return 'GENERATOR_LATE';
    const awakeUntilNs = nowNs <= this.#nextLookNs + OVERSLEPT_NS ? nowNs : this.#seenNs;
    return dueNs <= awakeUntilNs ? this.#obstacle : 'GENERATOR_LATE';
  }
}
