import { LOG_BOUNDS } from './log-bounds.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const EOL = Buffer.from('\n');
/** `2026-01-02T03:04:05Z` is the shortest time there is, nanoseconds and an offset make the longest. */
const TIME_LENGTH = { least: 20, most: 35 };

/** Runtimes cut lines of text into parts of 16 KiB. */
const LONGEST_FILE_LINE_BYTES = 2 ** 20;

interface Parts {
  readonly kept: Buffer[];
  /** Of all parts, also what of them is not kept; bytes. */
  readonly length: number;
}

/**
 * Reads the CRI log format, in which container runtimes write logs: `TIME stdout|stderr F|P TEXT` a line. `P` marks a
 * part of a line: more of it follows in the same stream. Gives whole lines of text, in the order in which they were
 * completed; what it reads may be cut anywhere.
 */
export class CriLines {
  /** Lines of text of which only the beginning was given: they are longer than LOG_BOUNDS allow. */
  cutLines = 0;
  /** The beginning of a line of the file. */
  #rest = Buffer.alloc(0);
  /** The parts so far of a line of text, by stream. */
  readonly #parts = new Map<string, Parts>();

  /**
   * Lines of text that these bytes complete, each with its newline: views into `chunk` where possible. Throws where the
   * format is another one.
   */
  read(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const line = this.#readLine(bytes.subarray(start, end + 1));
      if (line !== null) lines.push(line);
      start = end + 1;
    }
    this.#rest = Buffer.from(bytes.subarray(start));
    if (this.#rest.length > LONGEST_FILE_LINE_BYTES)
      throw new Error('it is no CRI log: a line of it has no end');
    return lines;
  }

  /** Lines of text that were begun and will not be completed: their container is no more. */
  end(): Buffer[] {
    const last = this.#rest.length === 0 ? [] : this.read(EOL);
    const unfinished = [...this.#parts.values()].map((parts) => this.#join(parts, EOL));
    this.#parts.clear();
    return [...last, ...unfinished];
  }

  /** `null`: it is a part, more must follow. `line` has its newline. */
  #readLine(line: Buffer): Buffer | null {
    const space = line.indexOf(SPACE);
    const stream = line.toString('latin1', space + 1, space + 7);
    const tag = line.toString('latin1', space + 8, space + 9);
    const textAt = line.indexOf(SPACE, space + 8) + 1;
    const isCri =
      space >= TIME_LENGTH.least &&
      space <= TIME_LENGTH.most &&
      (stream === 'stdout' || stream === 'stderr') &&
      (tag === 'F' || tag === 'P') &&
      textAt > 0;
    if (!isCri) throw new Error(`it is no CRI log: ${line.toString('utf8', 0, 60).trimEnd()}`);
    const text = line.subarray(textAt);
    const parts = this.#parts.get(stream);
    if (tag === 'F') {
      if (parts === undefined) return text;
      this.#parts.delete(stream);
      return this.#join(parts, text);
    }
    // A copy: who reads the file may use the same memory again.
    const { kept, length } = parts ?? { kept: [], length: 0 };
    const room = Math.max(0, LOG_BOUNDS.lineBytes - length);
    const part = Buffer.from(text.subarray(0, Math.min(text.length - 1, room)));
    if (part.length > 0) kept.push(part);
    this.#parts.set(stream, { kept, length: length + text.length - 1 });
    return null;
  }

  /** `last` has the newline. */
  #join({ kept, length }: Parts, last: Buffer): Buffer {
    if (length + last.length <= LOG_BOUNDS.lineBytes + 1) return Buffer.concat([...kept, last]);
    this.cutLines += 1;
    return Buffer.concat([...kept, last.subarray(0, Math.max(0, LOG_BOUNDS.lineBytes - length)), EOL]);
  }
}
