import type { AppLedger } from '../../history/app-ledger-reader.ts';
import type { Outcome, RequestRecord } from '../../model/request-record.ts';

/** No connection came about: nothing of the request left the client. */
const NEVER_SENT: readonly Outcome[] = ['name-unresolved', 'refused', 'unreachable', 'connect-timeout'];

/**
 * Whether the app had a failed request, by its own ledger: what it had begun, a client must not just send again. A Pod
 * that was killed may lack its last rows, so that a missing row proves something only where the ledger was closed.
 *
 * @param pod that it was sent to; `null`: not known
 * @param app `null`: the app keeps no ledger
 */
export function wasExecuted(
  record: RequestRecord,
  pod: string | null,
  app: AppLedger | null,
): boolean | null {
  if (NEVER_SENT.includes(record.outcome)) return false;
  if (app === null) return null;
  if (app.rows.has(`${record.load}-${record.id}`)) return true;
  const isWhole = pod === null ? app.cut.size === 0 : app.closed.has(pod);
  return isWhole ? false : null;
}
