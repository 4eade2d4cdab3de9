/** What the numbers of a stream's messages say about those in between. */
export interface SequenceAnswer {
  /** Messages that are missing before this one. */
  readonly lost: number;
  /** It came before, or cannot come from this stream. */
  readonly repeated: boolean;
}

/** Holds a stream to its numbers: 1, 2, 3 …, each once, up to the number that it names at its end. */
export class SequenceLaw {
  #last = 0;
  #lost = 0;

  get lost(): number {
    return this.#lost;
  }

  next(seq: number): SequenceAnswer {
    if (seq <= this.#last) return { lost: 0, repeated: true };
    const lost = seq - this.#last - 1;
    this.#last = seq;
    this.#lost += lost;
    return { lost, repeated: false };
  }

  /** The stream says how many there were; returns how many of the last ones never came. */
  end(total: number): number {
    const lost = Math.max(0, total - this.#last);
    this.#last += lost;
    this.#lost += lost;
    return lost;
  }
}
