import { access } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { OUTCOMES, type EngineName, type Outcome, type RequestRecord } from '../model/request-record.ts';
import { unshieldFormula } from './formula-cells.ts';
import { FEWEST_LEDGER_COLUMNS, PARTIAL_SUFFIX, REQUEST_LEDGER_COLUMNS } from './request-ledger-columns.ts';

/** A ledger that can be read once, record by record, in constant memory. */
export interface RequestLedger extends AsyncIterable<RequestRecord> {
  /** The file that is read. */
  readonly file: string;
  /** `false`: its writer never closed it; the last records may be missing. */
  readonly complete: boolean;
  /** Known when reading is over: lines cut in the middle (0, or 1 at the end of a file whose writer died). */
  readonly cutLines: number;
}

/**
 * Opens `<path>`, or `<path>.partial` where only that exists.
 *
 * @throws DrainbenchError `ledger-missing` here; `ledger-damaged` (with the line) while reading
 */
export async function openRequestLedger(path: string): Promise<RequestLedger> {
  if (await exists(path)) return new Ledger(path, true);
  if (await exists(path + PARTIAL_SUFFIX)) return new Ledger(path + PARTIAL_SUFFIX, false);
  throw new DrainbenchError({
    code: 'ledger-missing',
    message: `there is no request ledger at ${path}`,
    expected: `${path}, or ${path}${PARTIAL_SUFFIX} from a run that was cut off`,
    found: 'neither',
    fix: 'Check the run directory; a trial that was never started has no ledger.',
  });
}

class Ledger implements RequestLedger {
  readonly file: string;
  readonly complete: boolean;
  cutLines = 0;

  constructor(file: string, complete: boolean) {
    this.file = file;
    this.complete = complete;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RequestRecord> {
    let line = 0;
    let columns = 0;
    for await (const block of this.#wholeLines()) {
      for (const row of this.#parse(block, line)) {
        line++;
        if (line === 1) columns = this.#checkHeader(row);
        else yield toRecord(row, columns, (expected, found) => this.#damaged(line, expected, found));
      }
    }
    if (line === 0 && this.complete) throw this.#damaged(1, 'a header line', 'an empty file');
  }

  /** Blocks that end at the end of a line. No cell holds a line break, so that a line is a record. */
  async *#wholeLines(): AsyncGenerator<string> {
    let rest = '';
    for await (const chunk of createReadStream(this.file, { encoding: 'utf8', highWaterMark: 256 * 1024 })) {
      const text = rest + (chunk as string);
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      if (end > 0) yield text.slice(0, end);
    }
    if (rest !== '') this.cutLines = 1;
  }

  #parse(block: string, linesBefore: number): string[][] {
    // Nothing is quoted in nearly all ledgers, and splitting is four times as fast as parsing.
    if (!block.includes('"') && !block.includes('\r')) {
      return block
        .slice(0, -1)
        .split('\n')
        .map((line) => line.split(','));
    }
    try {
      return parse(block, { relax_column_count: true });
    } catch (error) {
      throw this.#damaged(linesBefore + 1, 'lines of comma-separated values', String(error));
    }
  }

  /** @returns how many columns there are: a ledger of an older version ends earlier. */
  #checkHeader(row: readonly string[]): number {
    const known = REQUEST_LEDGER_COLUMNS.slice(0, Math.max(row.length, FEWEST_LEDGER_COLUMNS)).join(',');
    if (row.join(',') === known) return row.length;
    throw this.#damaged(1, `the header ${REQUEST_LEDGER_COLUMNS.join(',')}`, row.join(','));
  }

  #damaged(line: number, expected: string, found: string): DrainbenchError {
    return new DrainbenchError({
      code: 'ledger-damaged',
      message: `the request ledger is damaged at ${this.file}:${line}`,
      expected,
      found,
      fix: 'Do not edit ledgers. Leave this trial out, or restore the file.',
    });
  }
}

type Damaged = (expected: string, found: string) => DrainbenchError;

function toRecord(row: readonly string[], columns: number, damaged: Damaged): RequestRecord {
  if (row.length !== columns) throw damaged(`${columns} columns`, `${row.length}: ${row.join(',')}`);
  const cell = (index: number): string => row[index] ?? '';
  const text = (index: number): string | null => (cell(index) === '' ? null : unshieldFormula(cell(index)));
  const number = (index: number): number => {
    const value = cell(index) === '' ? NaN : Number(cell(index));
    if (!Number.isFinite(value))
      throw damaged(`a number in ${REQUEST_LEDGER_COLUMNS[index] ?? ''}`, cell(index));
    return value;
  };
  const optional = (index: number): number | null => (cell(index) === '' ? null : number(index));
  const optionalBoolean = (index: number): boolean | null => {
    if (cell(index) === '') return null;
    if (cell(index) === 'true') return true;
    if (cell(index) === 'false') return false;
    throw damaged(`true or false in ${REQUEST_LEDGER_COLUMNS[index] ?? ''}`, cell(index));
  };
  const outcome = cell(14);
  if (!isOutcome(outcome)) throw damaged('an outcome', outcome);
  const engine = cell(2);
  if (!isEngine(engine)) throw damaged('an engine', engine);
  return {
    id: number(0),
    load: cell(1),
    engine,
    connection: optional(3),
    requestOnConnection: optional(4),
    connectionAgeMs: optional(5),
    intendedNs: number(6),
    startNs: optional(7),
    firstByteNs: optional(8),
    endNs: optional(9),
    method: unshieldFormula(cell(10)),
    path: unshieldFormula(cell(11)),
    clientPort: optional(12),
    serverAddress: text(13),
    outcome,
    status: optional(15),
    errorCode: text(16),
    pod: text(17),
    bytesRead: number(18),
    attempt: number(19),
    announcedClose: optionalBoolean(20),
    retryOf: optional(21),
  };
}

function isOutcome(text: string): text is Outcome {
  return (OUTCOMES as readonly string[]).includes(text);
}

function isEngine(text: string): text is EngineName {
  return text === 'autocannon' || text === 'native' || text === 'k6';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
