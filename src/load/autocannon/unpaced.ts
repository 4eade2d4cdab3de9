import type { SendPace } from './send-pace.ts';

/**
 * Pause after a connection attempt that failed. autocannon itself tries again at once: against a closed port that is a
 * storm of thousands of attempts a second, which counts one refusal over and over and takes the CPU of what it measures.
 */
const RECONNECT_DELAY_MS = 10;
const LEDGER_POLL_MS = 1;

/** As fast as answers come. */
export class Unpaced implements SendPace {
  readonly #canRecord: () => boolean;
  #timer: NodeJS.Timeout | undefined;

  constructor(canRecord: () => boolean) {
    this.#canRecord = canRecord;
  }

  whenNext(connectFailed: boolean, send: (intendedNs: null) => void): void {
    this.cancel();
    if (!connectFailed && this.#canRecord()) {
      send(null);
      return;
    }
    this.#timer = setTimeout(
      () => {
        this.whenNext(false, send);
      },
      connectFailed ? RECONNECT_DELAY_MS : LEDGER_POLL_MS,
    );
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
