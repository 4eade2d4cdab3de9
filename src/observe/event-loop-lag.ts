import { NS_PER_MS } from '../model/duration.ts';

/** Short beside the uncertainties it is added to; a hundred wake-ups a second cost next to nothing. */
const TICK_MS = 10;

/**
 * Knows how long this process was held up just now, by its own work or for want of a CPU: what is read after that may
 * have lain there for as long. A tick that is late tells of it, and comes before anything is read.
 */
export class EventLoopLag {
  readonly #nowNs: () => number;
  readonly #timer: NodeJS.Timeout;
  #tickNs: number;
  #lateNs = 0;

  constructor(nowNs: () => number) {
    this.#nowNs = nowNs;
    this.#tickNs = nowNs();
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** Nanoseconds by which what is read now may be read too late. */
  readonly heldUpNs = (): number => Math.max(this.#lateNs, this.#sinceDueNs());

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#lateNs = this.#sinceDueNs();
    this.#tickNs = this.#nowNs();
  }

  #sinceDueNs(): number {
    return Math.max(0, this.#nowNs() - this.#tickNs - TICK_MS * NS_PER_MS);
  }
}
