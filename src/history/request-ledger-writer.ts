import { stringify } from 'csv-stringify/sync';
import type { RequestRecord } from '../model/request-record.ts';
import { openAppendOnlyFile, type AppendOnlyFile } from './append-only-file.ts';
import { PARTIAL_SUFFIX, REQUEST_LEDGER_COLUMNS } from './request-ledger-columns.ts';
import { RequestLedgerRows } from './request-ledger-rows.ts';

/** Rows are handed to the file in pieces of about this many bytes, or after this many milliseconds. */
const BATCH_BYTES = 64 * 1024;
const BATCH_MS = 100;

export interface RequestLedgerWriter {
  /** Queues one row. Never throws for the disk's sake: see `failure`. */
  write(record: RequestRecord): void;
  /** `false` while the disk is behind: then send nothing new. */
  canTake(): boolean;
  /** Rows queued so far. */
  readonly rows: number;
  /** Never resolves; rejects with a DrainbenchError (`history-not-written`) as soon as a write failed. */
  readonly failure: Promise<never>;
  /** Everything so far is on disk. */
  flush(): Promise<void>;
  /** All rows on disk, then the rename that makes the file a whole one. Rejects if anything was not written. */
  close(): Promise<void>;
}

/**
 * Streams a ledger to `<path>.partial`, in the order of completion, and gives it its name when it is whole.
 */
export async function openRequestLedgerWriter(path: string): Promise<RequestLedgerWriter> {
  const file = await openAppendOnlyFile(path + PARTIAL_SUFFIX, path);
  return new LedgerWriter(file);
}

class LedgerWriter implements RequestLedgerWriter {
  readonly #file: AppendOnlyFile;
  readonly failure: Promise<never>;
  #fail: (error: unknown) => void = () => undefined;
  readonly #batch = new RequestLedgerRows();
  #timer: NodeJS.Timeout | undefined;
  #watching = false;
  #behind = false;
  rows = 0;

  constructor(file: AppendOnlyFile) {
    this.#file = file;
    this.failure = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Whoever does not wait for it still hears of it from `close`.
    this.failure.catch(() => undefined);
    this.#append(stringify([[...REQUEST_LEDGER_COLUMNS]]));
  }

  write(record: RequestRecord): void {
    this.rows++;
    this.#batch.add(record);
    if (this.#batch.length >= BATCH_BYTES) this.#handOver();
    else this.#timer ??= setTimeout(() => this.#handOver(), BATCH_MS);
  }

  canTake(): boolean {
    return !this.#behind;
  }

  async flush(): Promise<void> {
    this.#handOver();
    await this.#file.flush();
  }

  async close(): Promise<void> {
    this.#handOver();
    await this.#file.close();
  }

  #handOver(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length > 0) this.#append(this.#batch.take());
  }

  #append(text: string): void {
    try {
      this.#file.append(text);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (!this.#watching) void this.#watch();
  }

  async #watch(): Promise<void> {
    this.#watching = true;
    // A disk that keeps up says so at once; only one that does not may hold a send back.
    const slow = setImmediate(() => {
      this.#behind = true;
    });
    try {
      await this.#file.ready();
      this.#behind = false;
    } catch (error) {
      this.#fail(error);
    }
    clearImmediate(slow);
    this.#watching = false;
  }
}
