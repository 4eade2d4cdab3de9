/** Decides when a connection of the closed model may send its next request. */
export interface SendPace {
  /**
   * Calls `send` once, when the next request may leave: at once or later. `intendedNs` is `null` where the model has
   * no schedule. A second call before that only replaces `send`.
   */
  whenNext(connectFailed: boolean, send: (intendedNs: number | null) => void): void;
  cancel(): void;
}
