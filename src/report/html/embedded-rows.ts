import type { RequestRecord } from '../../model/request-record.ts';
import { ledgerRow } from './ledger-row.ts';

const ROWS_PER_TICK = 20;
const ROWS_PER_TRIAL = 300;
const ROWS_PER_REPORT = 6000;

/** What the page's script shows for one tick: some rows, and how many there are in all. */
export interface TickRows {
  readonly total: number;
  readonly rows: readonly (readonly string[])[];
}

/**
 * Hands out the ledger rows that are embedded in the page, so that it stays small whatever the trials did: at most 20
 * a tick, 300 a trial and 6,000 a report. Every tick still says how many there are; all are in failures.csv.
 */
export class EmbeddedRows {
  #leftInReport = ROWS_PER_REPORT;

  /** `ticks` are the failures of each tick of one trial. */
  take(ticks: readonly (readonly RequestRecord[])[], zeroNs: number): readonly TickRows[] {
    // A share each, so that the last tick of a long burst can be opened as well as the first.
    const budget = Math.min(ROWS_PER_TRIAL, this.#leftInReport);
    const share = Math.min(ROWS_PER_TICK, Math.max(1, Math.floor(budget / Math.max(1, ticks.length))));
    let left = budget;
    return ticks.map((failures) => {
      const rows = failures.slice(0, Math.min(share, left)).map((failure) => ledgerRow(failure, zeroNs));
      left -= rows.length;
      this.#leftInReport -= rows.length;
      return { total: failures.length, rows };
    });
  }
}
