/** A line of a stream, with the moment at which the bytes that completed it arrived. */
export interface ArrivedLine {
  readonly text: string;
  readonly arrivedNs: number;
  /** It may have arrived by so much earlier: this process was held up. */
  readonly lateNs: number;
}

export interface SplitLine extends ArrivedLine {
  /** `false`: the stream ended in the middle of it. */
  readonly complete: boolean;
  /** So many bytes more it had, which are left out. Absent: it is whole. */
  readonly cutBytes?: number;
}

/** Ten times what an API server takes as an object. Whoever writes lines without end must not fill our memory. */
const LONGEST_LINE_BYTES = 16 * 2 ** 20;
const NEWLINE = 0x0a;

/**
 * Splits a stream into lines; an unfinished last line is given too, marked by `complete: false`. Of a line that is longer
 * than `maxBytes` the beginning is given.
 */
export async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  nowNs: () => number,
  heldUpNs: () => number = () => 0,
  maxBytes = LONGEST_LINE_BYTES,
): AsyncGenerator<SplitLine> {
  const begun = new BegunLine(maxBytes);
  for await (const chunk of chunks) {
    const arrivedNs = nowNs();
    const lateNs = heldUpNs();
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield { ...begun.end(chunk.subarray(start, end)), arrivedNs, lateNs, complete: true };
      start = end + 1;
    }
    // A copy: whoever gives the chunks may use their memory again.
    if (start < chunk.length) begun.add(Buffer.from(chunk.subarray(start)));
  }
  if (begun.isEmpty) return;
  yield { ...begun.end(Buffer.alloc(0)), arrivedNs: nowNs(), lateNs: heldUpNs(), complete: false };
}

class BegunLine {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #length = 0;
  #cutBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isEmpty(): boolean {
    return this.#length + this.#cutBytes === 0;
  }

  add(bytes: Buffer): void {
    const kept = bytes.subarray(0, this.#maxBytes - this.#length);
    this.#cutBytes += bytes.length - kept.length;
    if (kept.length === 0) return;
    this.#parts.push(kept);
    this.#length += kept.length;
  }

  end(last: Buffer): Pick<SplitLine, 'text' | 'cutBytes'> {
    this.add(last);
    const [first, second] = this.#parts;
    const bytes = first !== undefined && second === undefined ? first : Buffer.concat(this.#parts);
    const cutBytes = this.#cutBytes;
    this.#parts = [];
    this.#length = 0;
    this.#cutBytes = 0;
    return { text: bytes.toString('utf8'), ...(cutBytes > 0 && { cutBytes }) };
  }
}
