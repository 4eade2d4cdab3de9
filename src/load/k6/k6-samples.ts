/** One sample of k6's CSV output. */
export interface K6Sample {
  readonly metric: string;
  /** When, on the wall clock: whole seconds since the epoch, and the nanoseconds in them (a double has no room for both). */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** Of a trend in time: ms, with six decimals. */
  readonly value: number;
  /** A tag of k6's own, by its name; empty where the sample has none. */
  tag(name: string): string;
  /** One of the metadata that the script has set; empty where there is none. */
  metadata(key: string): string;
}

/** Lines of k6's output that are no samples: its banner, a summary. */
type OtherLine = (line: string) => void;

const HEADER_BEGIN = 'metric_name,';
const FIXED_COLUMNS = 3;

/**
 * Reads samples out of k6's CSV output, chunk by chunk. A line that is none (no header yet, another number of columns, no
 * time) goes to `onOther`: silently passing one over would be a request less.
 */
export class K6SampleReader {
  readonly #onSample: (sample: K6Sample) => void;
  readonly #onOther: OtherLine;
  #columns: ReadonlyMap<string, number> = new Map();
  #rest = '';

  constructor(onSample: (sample: K6Sample) => void, onOther: OtherLine) {
    this.#onSample = onSample;
    this.#onOther = onOther;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  /** What stands behind the last end of a line. */
  end(): void {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
  }

  #line(line: string): void {
    if (line === '') return;
    if (line.startsWith(HEADER_BEGIN)) {
      this.#columns = new Map(line.split(',').map((name, index) => [name, index]));
      return;
    }
    const cells = line.includes('"') ? quotedCells(line) : line.split(',');
    const [metric = '', time = '', value = ''] = cells;
    if (cells.length !== this.#columns.size || cells.length < FIXED_COLUMNS || !/^\d{10,}$/.test(time)) {
      this.#onOther(line);
      return;
    }
    const columns = this.#columns;
    const cell = (name: string): string => cells[columns.get(name) ?? -1] ?? '';
    this.#onSample({
      metric,
      seconds: Number(time.slice(0, -9)),
      nanoseconds: Number(time.slice(-9)),
      value: Number(value),
      tag: cell,
      metadata: (key) => pairOf(cell('metadata'), key),
    });
  }
}

/** k6 joins pairs as `key=value&key=value`, in no order, and encodes nothing. */
function pairOf(pairs: string, key: string): string {
  const found = pairs.split('&').find((pair) => pair.startsWith(`${key}=`));
  return found?.slice(key.length + 1) ?? '';
}

/** One line with quotes, as Go's encoding/csv writes it; k6's texts hold no end of a line. */
function quotedCells(line: string): string[] {
  const cells: string[] = [];
  for (const [, quoted, plain = ''] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return cells;
}
