import { openRequestLedger } from '../history/request-ledger-reader.ts';
import type { Finding } from '../model/verdict.ts';
import { ConservationCheck, type EngineTotals } from './check-conservation.ts';

/**
 * Reads a load's ledger back from disk and holds the conservation law against it: what was written is what counts.
 *
 * @param path of requests.csv
 * @param totals the load's summary
 * @returns no findings when the law holds and the ledger is whole
 * @throws DrainbenchError when the ledger is missing or damaged
 */
export async function checkLedger(
  path: string,
  totals: EngineTotals & { readonly load: string },
): Promise<readonly Finding[]> {
  const check = new ConservationCheck(totals.load);
  const ledger = await openRequestLedger(path);
  for await (const record of ledger) check.add(record);
  const findings = check.findings(totals);
  if (ledger.complete && ledger.cutLines === 0) return findings;
  const message = `Load "${totals.load}": the ledger ${ledger.file} was not closed; its last records may be missing.`;
  return [...findings, { code: 'ledger-incomplete', severity: 'void', message }];
}
