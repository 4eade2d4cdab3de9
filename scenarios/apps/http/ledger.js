import { writeLine } from './write-line.js';

/** Rows a line: well below the 16 KB at which container runtimes cut a log line in two. */
const MAX_ROWS = 64;
/** The header values come from outside: keep a row short whatever they hold. */
const MAX_TEXT = 100;
const COLUMNS = ['id', 'path', 'remotePort', 'arrivedNs', 'answeredNs', 'status', 'outcome'];

/**
 * The server's own account of every request, kept in memory and written a batch a line:
 *
 *     {"drainbench":"requests","pod":…,"columns":[…],"rows":[[…],…]}
 *
 * `outcome` is `answered` (the whole answer was handed to the kernel), `aborted` (the client went away first) or
 * `unanswered` (the process ended first). Times are CLOCK_MONOTONIC nanoseconds. Requests to the probes and
 * hooks are not the load's and have no row.
 */
export function createLedger({ pod, podUid }) {
  let rows = [];
  const open = new Set();

  /** Begins a row; the row is written once `finish` was called, or at exit. */
  function begin(request) {
    const row = [
      text(request.headers['x-request-id']),
      text(request.url),
      request.socket.remotePort ?? null,
      monoNs(),
      null,
      null,
      'unanswered',
    ];
    open.add(row);
    return row;
  }

  function finish(row, outcome, status) {
    if (!open.delete(row)) return;
    row[4] = outcome === 'answered' ? monoNs() : null;
    row[5] = status;
    row[6] = outcome;
    rows.push(row);
    if (rows.length >= MAX_ROWS) flush();
  }

  function flush() {
    while (rows.length > 0) {
      writeLine({ drainbench: 'requests', pod, podUid, columns: COLUMNS, rows: rows.slice(0, MAX_ROWS) });
      rows = rows.slice(MAX_ROWS);
    }
  }

  /** The last word: requests still under way go down as unanswered. */
  function close() {
    rows.push(...open);
    open.clear();
    flush();
  }

  return { begin, finish, flush, close, inFlight: () => open.size };
}

function text(value) {
  return value === undefined ? null : String(value).slice(0, MAX_TEXT);
}

/** Exact to the nanosecond for 104 days of uptime, to two after that. */
function monoNs() {
  return Number(process.hrtime.bigint());
}
