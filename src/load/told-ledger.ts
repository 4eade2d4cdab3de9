import { createHash } from 'node:crypto';

import { RequestLedgerRows } from '../history/request-ledger-rows.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { ToldRows } from './load-messages.ts';
import type { WorkerChannel } from './worker-channel.ts';

const BATCH_BYTES = 64 * 1024;
const BATCH_MS = 100;
/** With more than this on its way nothing new is sent: the requests count as not sent, no row is ever lost. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;

/** The ledger of a load without a disk of its own: its rows are told, and what they add up to. */
export class ToldLedger {
  readonly #channel: WorkerChannel;
  readonly #batch = new RequestLedgerRows();
  readonly #hash = createHash('sha256');
  #rows = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(channel: WorkerChannel) {
    this.#channel = channel;
  }

  write(record: RequestRecord): void {
    this.#rows++;
    this.#batch.add(record);
    if (this.#batch.length >= BATCH_BYTES) this.#handOver();
    else this.#timer ??= setTimeout(() => this.#handOver(), BATCH_MS);
  }

  canTake(): boolean {
    return this.#channel.waitingBytes() < MOST_WAITING_BYTES;
  }

  /** Tells what was written so far. */
  flush(): Promise<void> {
    this.#handOver();
    return Promise.resolve();
  }

  close(): Promise<ToldRows> {
    this.#handOver();
    return Promise.resolve({ rows: this.#rows, sha256: this.#hash.digest('hex') });
  }

  #handOver(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length === 0) return;
    const text = this.#batch.take();
    this.#hash.update(text);
    this.#channel.send({ type: 'rows', text });
  }
}
