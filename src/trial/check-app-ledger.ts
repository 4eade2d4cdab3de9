import { readAppLedger } from '../history/app-ledger-reader.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { Finding } from '../model/verdict.ts';

/**
 * Holds the client's ledger against the one that the sample app kept, request by request: whatever the client calls ok
 * must have been answered by a Pod, and whatever a Pod answered must be known to the client. Each violation makes the
 * trial void, and so does a ledger of the app that cannot be read. Returns nothing when the Pods wrote no ledger (not
 * the sample app).
 *
 * @param prefix what the ids of the trial's requests begin with in the app's ledger
 */
export async function checkAppLedger(
  logsPath: string,
  ledgers: readonly AsyncIterable<RequestRecord>[],
  prefix = '',
): Promise<Finding[]> {
  const server = await readAppLedger(logsPath, prefix);
  const damaged = server.damaged.map((file): Finding => {
    const message = `The app's own ledger cannot be read: logs/${file} has lines of it that are damaged.`;
    return { code: 'app-ledger-unreadable', severity: 'void', message };
  });
  if (server.rows.size === 0 && !server.ofOthers) return damaged;
  const unmatched = new Set(server.rows.keys());
  let unverifiable = 0;
  const missing: string[] = [];
  const contradicted: string[] = [];
  for (const ledger of ledgers) {
    for await (const record of ledger) {
      const id = `${record.load}-${record.id}`;
      const row = server.rows.get(id);
      unmatched.delete(id);
      if (record.outcome === 'ok' && row?.outcome !== 'answered') {
        if (row === undefined && record.pod !== null && !server.closed.has(record.pod)) unverifiable += 1;
        else missing.push(id);
      }
      if (record.outcome === 'not-sent' && row !== undefined) contradicted.push(id);
    }
  }
  return [
    ...damaged,
    ...violation(missing, 'requests are ok for the client, but no Pod says that it answered them'),
    ...violation(contradicted, 'requests were never sent, says the client, but a Pod saw them'),
    ...violation([...unmatched], "requests are in a Pod's ledger, but not in the client's"),
    ...(unverifiable === 0
      ? []
      : [
          {
            code: 'app-ledger-cut',
            severity: 'info' as const,
            message: `${unverifiable} ok requests could not be checked against the app's ledger: their Pod was killed before it wrote its last rows, or had not written them yet.`,
          },
        ]),
  ];
}

function violation(ids: readonly string[], what: string): Finding[] {
  if (ids.length === 0) return [];
  const message = `${ids.length} ${what} (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ' …' : ''}).`;
  return [{ code: 'ledgers-disagree', severity: 'void', message }];
}
