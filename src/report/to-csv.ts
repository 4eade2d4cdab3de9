import { stringify } from 'csv-stringify/sync';

export type Cell = string | number | boolean | null;

/** Rows a chunk: some hundred kilobytes. */
const ROWS_PER_CHUNK = 1000;

/**
 * One CSV table (RFC 4180, LF), in chunks, so that a table of a million rows need not be in memory at once: a header
 * line of column names, then one line a row. The first column is always `schemaVersion`. `null` is an empty cell.
 * Text that a spreadsheet would run as a formula gets a leading apostrophe.
 */
export function* toCsv(columns: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  let waiting: (readonly (string | number | null)[])[] = [['schemaVersion', ...columns]];
  for (const row of rows) {
    waiting.push([1, ...row.map((cell) => (typeof cell === 'boolean' ? String(cell) : cell))]);
    if (waiting.length < ROWS_PER_CHUNK) continue;
    yield stringify(waiting, { escape_formulas: true });
    waiting = [];
  }
  if (waiting.length > 0) yield stringify(waiting, { escape_formulas: true });
}

/** p values as CSV cells: six significant digits, as they can be far below one in a million and are never 0. */
export function significant(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(6));
}

/** Milliseconds and shares as CSV cells: at most six decimals, so that no digit is noise of floating point. */
export function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(6));
}
