import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the sample app says it did with a request. */
export interface AppLedgerRow {
  readonly pod: string;
  /** `answered`, `aborted` (the client went away first) or `unanswered` (the process ended first). */
  readonly outcome: string;
}

/** The app's own account of the requests that it had, from the logs of all containers of a trial. */
export interface AppLedger {
  /** By the request's `x-request-id` without the prefix. Empty where the app keeps no ledger. */
  readonly rows: ReadonlyMap<string, AppLedgerRow>;
  /** There are rows of requests without the prefix: of other trials on the same Pods. */
  readonly ofOthers: boolean;
  /** Pods each of whose containers closed its ledger itself. */
  readonly closed: ReadonlySet<string>;
  /** Pods with a container that did not: killed, it may lack its last 100 ms. */
  readonly cut: ReadonlySet<string>;
  /** Names of log files with lines in the middle that are none. */
  readonly damaged: readonly string[];
}

/**
 * Reads it from the folder of a trial's logs. Rejects, as the file system does, where there is no such folder.
 *
 * @param prefix what the ids of the trial's own requests begin with
 */
export async function readAppLedger(logsPath: string, prefix = ''): Promise<AppLedger> {
  const rows = new Map<string, AppLedgerRow>();
  let ofOthers = false;
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
      if (line.startsWith('{"drainbench":"requests"')) {
        const batch = readRows(line);
        if (batch === null) unread = true;
        for (const { id, row } of batch ?? []) {
          if (id.startsWith(prefix)) rows.set(id.slice(prefix.length), row);
          else ofOthers = true;
        }
      } else if (line.startsWith('{"drainbench":"stamp","stamp":"exiting"')) exiting = true;
    }
    if (pod !== undefined) (exiting ? closed : cut).add(pod);
  }
  for (const pod of cut) closed.delete(pod);
  return { rows, ofOthers, closed, cut, damaged };
}

/** The rows of one line; `null`: it is none. */
function readRows(line: string): { readonly id: string; readonly row: AppLedgerRow }[] | null {
  let batch: { pod: string; columns: string[]; rows: (string | number | null)[][] };
  try {
    batch = JSON.parse(line) as typeof batch;
  } catch {
    return null;
  }
  const idAt = batch.columns.indexOf('id');
  const outcomeAt = batch.columns.indexOf('outcome');
  return batch.rows.flatMap((row) => {
    const id = row[idAt];
    if (typeof id !== 'string') return [];
    return [{ id, row: { pod: batch.pod, outcome: String(row[outcomeAt]) } }];
  });
}
