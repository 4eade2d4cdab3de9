import { openAppendOnlyFile, type AppendOnlyFile } from './append-only-file.ts';
import { PARTIAL_SUFFIX, REQUEST_LEDGER_COLUMNS } from './request-ledger-columns.ts';

/** A ledger whose rows come as lines of text from whoever laid them out; written as `<path>.partial` until closed. */
export async function openRequestLedgerText(path: string): Promise<AppendOnlyFile> {
  const file = await openAppendOnlyFile(path + PARTIAL_SUFFIX, path);
  file.append(`${REQUEST_LEDGER_COLUMNS.join(',')}\n`);
  return file;
}
