/**
 * How long the API server takes to answer just now, by what it is asked anyway. What a watch brings comes the same way:
 * through the same server, connection and process.
 */
export class ApiPace {
  readonly #nowNs: () => number;
  /** When those questions were asked that have no answer yet. */
  readonly #open = new Set<{ readonly askedNs: number }>();
  #lastNs = 0;

  constructor(nowNs: () => number) {
    this.#nowNs = nowNs;
  }

  /** Nanoseconds: of the last answer, or since a question was asked that waits longer for its own. */
  readonly lateNs = (): number => {
    const nowNs = this.#nowNs();
    return Math.max(this.#lastNs, ...[...this.#open].map(({ askedNs }) => nowNs - askedNs));
  };

  /** Asks, and takes the time until the answer, or until it is given up. */
  async time<T>(ask: () => Promise<T>): Promise<T> {
    const question = { askedNs: this.#nowNs() };
    this.#open.add(question);
    try {
      return await ask();
    } finally {
      this.#open.delete(question);
      this.#lastNs = this.#nowNs() - question.askedNs;
    }
  }
}
