import type { NewHistoryEvent } from '../model/history-event.ts';
import type { FromAgent } from './agent-messages.ts';

/** The part of a stream that is needed to write without waiting. */
export interface LineSink {
  /** Bytes that were written and not yet taken. */
  readonly writableLength: number;
  write(text: string): unknown;
}

/** More than this is not held back for a harness that does not read: memory must stay bounded on a node. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Numbers the events that leave. When too much waits to be read an event is dropped, but its number is used up: the
 * harness sees that it is missing, and since when.
 */
export class EventOutlet {
  readonly #sink: LineSink;
  readonly #mostWaitingBytes: number;
  #seq = 0;

  constructor(sink: LineSink, mostWaitingBytes = MOST_WAITING_BYTES) {
    this.#sink = sink;
    this.#mostWaitingBytes = mostWaitingBytes;
  }

  /** Events so far, dropped ones included. */
  get seq(): number {
    return this.#seq;
  }

  readonly event = (event: NewHistoryEvent): void => {
    this.#seq += 1;
    if (this.#sink.writableLength > this.#mostWaitingBytes) return;
    this.tell({ type: 'event', seq: this.#seq, event });
  };

  /** Whatever is no event is small, rare, and never dropped. */
  tell(message: FromAgent): void {
    this.#sink.write(`${JSON.stringify(message)}\n`);
  }
}
