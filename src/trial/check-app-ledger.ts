import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { RequestRecord } from '../model/request-record.ts';
import type { Finding } from '../model/verdict.ts';

/** What the sample app says it did with a request. */
interface ServerRow {
  readonly pod: string;
  readonly outcome: string;
}

interface ServerLedger {
  readonly rows: ReadonlyMap<string, ServerRow>;
  /** Pods each of whose containers closed its ledger itself; a killed one may lack its last 100 ms. */
  readonly closed: ReadonlySet<string>;
  /** Names of log files with lines in the middle that are none. */
  readonly damaged: readonly string[];
}

/**
 * Holds the client's ledger against the one that the sample app kept, request by request: whatever the client calls ok
 * must have been answered by a Pod, and whatever a Pod answered must be known to the client. Each violation makes the
 * trial void, and so does a ledger of the app that cannot be read. Returns nothing when the Pods wrote no ledger (not
 * the sample app).
 */
export async function checkAppLedger(
  logsPath: string,
  ledgers: readonly AsyncIterable<RequestRecord>[],
): Promise<Finding[]> {
  const server = await readServerLedger(logsPath);
  const damaged = server.damaged.map((file): Finding => {
    const message = `The app's own ledger cannot be read: logs/${file} has lines of it that are damaged.`;
    return { code: 'app-ledger-unreadable', severity: 'void', message };
  });
  if (server.rows.size === 0) return damaged;
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
            message: `${unverifiable} ok requests could not be checked against the app's ledger: their Pod was killed before it wrote its last rows.`,
          },
        ]),
  ];
}

function violation(ids: readonly string[], what: string): Finding[] {
  if (ids.length === 0) return [];
  const message = `${ids.length} ${what} (${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ' …' : ''}).`;
  return [{ code: 'ledgers-disagree', severity: 'void', message }];
}

async function readServerLedger(logsPath: string): Promise<ServerLedger> {
  const rows = new Map<string, ServerRow>();
  const closed = new Set<string>();
  const cut = new Set<string>();
  const damaged: string[] = [];
  for (const file of await readdir(logsPath)) {
    // One file for each life of a container.
    let pod: string | undefined;
    let exiting = false;
    let unread = false;
    for await (const line of createInterface(createReadStream(join(logsPath, file)))) {
      // A process that is killed may leave its last line unfinished; nothing follows that.
      if (unread && !damaged.includes(file)) damaged.push(file);
      if (!line.startsWith('{"drainbench":')) continue;
      pod ??= /"pod":"([^"]+)"/.exec(line)?.[1];
      if (line.startsWith('{"drainbench":"requests"')) unread ||= !addRows(line, rows);
      else if (line.startsWith('{"drainbench":"stamp","stamp":"exiting"')) exiting = true;
    }
    if (pod !== undefined) (exiting ? closed : cut).add(pod);
  }
  for (const pod of cut) closed.delete(pod);
  return { rows, closed, damaged };
}

/** Returns false for a line that is none. */
function addRows(line: string, rows: Map<string, ServerRow>): boolean {
  let batch: { pod: string; columns: string[]; rows: (string | number | null)[][] };
  try {
    batch = JSON.parse(line) as typeof batch;
  } catch {
    return false;
  }
  const idAt = batch.columns.indexOf('id');
  const outcomeAt = batch.columns.indexOf('outcome');
  for (const row of batch.rows) {
    const id = row[idAt];
    if (typeof id === 'string') rows.set(id, { pod: batch.pod, outcome: String(row[outcomeAt]) });
  }
  return true;
}
