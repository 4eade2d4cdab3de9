import type { RequestRecord } from '../model/request-record.ts';

/** The columns of requests.csv in their order; the names are RequestRecord's own. */
export const REQUEST_LEDGER_COLUMNS = [
  'id',
  'load',
  'engine',
  'connection',
  'requestOnConnection',
  'connectionAgeMs',
  'intendedNs',
  'startNs',
  'firstByteNs',
  'endNs',
  'method',
  'path',
  'clientPort',
  'serverAddress',
  'outcome',
  'status',
  'errorCode',
  'pod',
  'bytesRead',
  'attempt',
  'announcedClose',
  'retryOf',
] as const satisfies readonly (keyof RequestRecord)[];

/** The first version's columns; every later one has added some behind them. */
export const FEWEST_LEDGER_COLUMNS = 20;

/** While it is being written, and for good if its writer died. */
export const PARTIAL_SUFFIX = '.partial';
