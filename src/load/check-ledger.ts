import { basename } from 'node:path';

import { openRequestLedger } from '../history/request-ledger-reader.ts';
import type { Finding } from '../model/verdict.ts';
import { ConservationCheck, type EngineTotals } from './check-conservation.ts';

/**
 * Reads a load's ledger back from disk and holds the conservation law against it: what was written is what counts.
 *
 * Never rejects: a ledger that cannot be read makes its trial void (`ledger-unreadable`), and the run goes on.
 *
 * @param path of requests.csv
 * @param totals the load's summary
 * @returns no findings when the law holds and the ledger is whole
 */
export async function checkLedger(
  path: string,
  totals: EngineTotals & { readonly load: string },
): Promise<readonly Finding[]> {
  const check = new ConservationCheck(totals.load);
  const file = basename(path);
  const unusable = (code: string, what: string): Finding => {
    return { code, severity: 'void', message: `Load “${totals.load}”: the ledger ${file} ${what}.` };
  };
  try {
    const ledger = await openRequestLedger(path);
    for await (const record of ledger) check.add(record);
    const findings = check.findings(totals);
    if (ledger.complete && ledger.cutLines === 0) return findings;
    return [...findings, unusable('ledger-incomplete', 'was not closed; its last records may be missing')];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [unusable('ledger-unreadable', `cannot be read: ${reason.replaceAll(path, file)}`)];
  }
}
