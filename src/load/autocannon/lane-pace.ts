import { NS_PER_MS } from '../../model/duration.ts';
import { laneDueNs, MAX_LATENESS_NS, nextTurn, type PacingLane } from '../pacing-schedule.ts';
import type { RequestBook } from '../request-book.ts';
import type { SendPace } from './send-pace.ts';

export interface LanePaceOptions {
  readonly lane: PacingLane;
  readonly book: RequestBook;
  readonly nowNs: () => number;
  readonly canRecord: () => boolean;
}

/**
 * Evenly paced closed model. autocannon's own `connectionRate` and `overallRate` send a whole second's quota at once
 * and are then silent; here each connection owns every n-th slot of one even schedule. A connection that still waits
 * for an answer lets its slots pass (a closed model sends nothing then); they are counted as `skippedSlots`.
 */
export class LanePace implements SendPace {
  readonly #o: LanePaceOptions;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The ledger was behind when this turn was last tried. */
  #held = false;
  #send: ((intendedNs: number) => void) | undefined;

  constructor(options: LanePaceOptions) {
    this.#o = options;
  }

  whenNext(_connectFailed: boolean, send: (intendedNs: number) => void): void {
    const planned = this.#send !== undefined;
    this.#send = send;
    if (planned) return;
    const turn = nextTurn(this.#o.lane, this.#turn, this.#o.nowNs());
    this.#o.book.skippedSlots += turn - this.#turn;
    this.#turn = turn;
    this.#sleep(laneDueNs(this.#o.lane, turn) - this.#o.nowNs());
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#send = undefined;
  }

  #sleep(ns: number): void {
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.floor(ns / NS_PER_MS)));
  }

  #wake(): void {
    const { lane, book, nowNs, canRecord } = this.#o;
    for (;;) {
      const due = laneDueNs(lane, this.#turn);
      const now = nowNs();
      if (now < due) {
        this.#sleep(due - now);
        return;
      }
      if (now - due > MAX_LATENESS_NS) {
        this.#turn++;
        const errorCode = this.#held ? 'LEDGER_BEHIND' : 'GENERATOR_LATE';
        book.settle(book.open(due), { how: 'not-sent', errorCode });
        continue;
      }
      this.#held = !canRecord();
      if (this.#held) {
        this.#sleep(NS_PER_MS);
        return;
      }
      this.#turn++;
      const send = this.#send;
      this.#send = undefined;
      send?.(due);
      return;
    }
  }
}
