import { NS_PER_MS } from '../../model/duration.ts';
import type { FailedRequest } from '../../analyze/run-result.ts';

/** What a click on a failure shows of its ledger row. */
export const LEDGER_ROW_COLUMNS = [
  'load',
  'id',
  'start',
  'took',
  'outcome',
  'cause',
  'error',
  'status',
  'connection',
  'request on it',
  'client port',
  'sent to Pod',
  'request',
] as const;

/** The cells of these columns for one failed request, times relative to `zeroNs`. */
export function ledgerRow(record: FailedRequest, zeroNs: number): readonly string[] {
  const startNs = record.startNs ?? record.intendedNs;
  const ms = (ns: number): string => `${(ns / NS_PER_MS).toFixed(3)} ms`;
  return [
    record.load,
    String(record.id),
    `${startNs >= zeroNs ? '+' : '−'}${ms(Math.abs(startNs - zeroNs))}`,
    record.endNs === null ? '–' : ms(record.endNs - startNs),
    record.outcome,
    `${record.attribution.cause}${record.attribution.confidence === 'certain' ? '' : ` (${record.attribution.confidence})`}`,
    record.errorCode ?? '–',
    record.status === null ? '–' : String(record.status),
    record.connection === null ? '–' : String(record.connection),
    record.requestOnConnection === 0 ? '0 (fresh)' : String(record.requestOnConnection ?? '–'),
    record.clientPort === null ? '–' : String(record.clientPort),
    record.attribution.pod ?? record.pod ?? '–',
    `${record.method} ${record.path}`,
  ];
}
