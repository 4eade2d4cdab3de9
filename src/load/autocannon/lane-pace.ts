import { NS_PER_MS } from '../../model/duration.ts';
import { laneDueNs, MAX_LATENESS_NS, type PacingLane } from '../pacing-schedule.ts';
import type { RequestBook } from '../request-book.ts';
import { WhyNotSent, type Obstacle } from '../why-not-sent.ts';
import type { SendPace } from './send-pace.ts';

export interface LanePaceOptions {
  readonly lane: PacingLane;
  readonly book: RequestBook;
  readonly nowNs: () => number;
  readonly canRecord: () => boolean;
}

/**
 * Evenly paced closed model. autocannon's own `connectionRate` and `overallRate` send a whole second's quota at once
 * and are then silent; here each connection owns every n-th slot of one even schedule. What was due while it waited for
 * an answer leaves a little late, or is given up as `not-sent`: no slot passes without a row in the ledger.
 */
export class LanePace implements SendPace {
  readonly #o: LanePaceOptions;
  readonly #why = new WhyNotSent();
  /** The first slot of this lane that was neither sent nor given up. */
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Set while the connection is free. */
  #send: ((intendedNs: number) => void) | undefined;

  constructor(options: LanePaceOptions) {
    this.#o = options;
  }

  whenNext(_connectFailed: boolean, send: (intendedNs: number) => void): void {
    this.#send = send;
    this.#pump();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    const { lane, book, nowNs } = this.#o;
    const now = nowNs();
    while (laneDueNs(lane, this.#turn) <= now) {
      if (this.#gaveUp(now)) continue;
      // Still in time: meant, but never to be known.
      book.settle(book.open(laneDueNs(lane, this.#turn++)), { how: 'stopped' });
    }
    this.#send = undefined;
  }

  /** Sends what is due if the connection is free, gives up what is too late, and sleeps until there is something to do. */
  #pump(): void {
    clearTimeout(this.#timer);
    const { lane, nowNs } = this.#o;
    for (;;) {
      const due = laneDueNs(lane, this.#turn);
      const now = nowNs();
      if (now < due) {
        this.#sleep(due - now);
        return;
      }
      if (this.#gaveUp(now)) continue;
      const obstacle = this.#findObstacle();
      if (obstacle !== undefined) {
        // The connection says so when it is free again.
        const lookNs = obstacle === 'LEDGER_BEHIND' ? now + NS_PER_MS : due + MAX_LATENESS_NS;
        this.#why.blockedBy(obstacle, now, lookNs);
        this.#sleep(lookNs - now);
        return;
      }
      this.#why.clear();
      this.#turn++;
      const send = this.#send;
      this.#send = undefined;
      send?.(due);
    }
  }

  /** The slot at hand is too late to be sent; its row is written. */
  #gaveUp(now: number): boolean {
    const { lane, book } = this.#o;
    const due = laneDueNs(lane, this.#turn);
    if (now - due <= MAX_LATENESS_NS) return false;
    this.#turn++;
    book.settle(book.open(due), { how: 'not-sent', errorCode: this.#why.errorCode(due, now) });
    return true;
  }

  #findObstacle(): Obstacle | undefined {
    if (this.#send === undefined) return 'CONCURRENCY_LIMIT';
    return this.#o.canRecord() ? undefined : 'LEDGER_BEHIND';
  }

  #sleep(ns: number): void {
    this.#timer = setTimeout(() => this.#pump(), Math.max(1, Math.floor(ns / NS_PER_MS)));
  }
}
