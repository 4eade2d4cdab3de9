/** How long the slowest Pod of one trial was still sent to: from its delete to the rule of the last node gone. */
export interface RulesGone {
  /** Number of the trial. */
  readonly trial: number;
  readonly strategy: string;
  readonly ms: number;
  readonly uncertaintyMs: number;
  readonly pod: string;
  readonly node: string;
  /** From the end of that node's last sync to the disruption, ms; `null` where its kube-proxy did not tell. */
  readonly lastSyncBeforeMs: number | null;
  /** Changes of other trials' Services that a kube-proxy wrote in the second before; `null`: not known. */
  readonly othersChanges: number | null;
}

/**
 * How long a Pod must go on listening after its delete, whatever makes it: computed from all trials of one disruption,
 * since it does not depend on what a strategy does later. Pods of one trial are not independent: the slowest counts.
 */
export interface DelayNeed {
  readonly disruption: string;
  /** Valid trials in which it is known; the slowest first. */
  readonly trials: readonly RulesGone[];
  /** Valid trials in which it is not: a node was not watched, or no delete was seen. */
  readonly unknown: number;
  /** Valid trials in which a node still sent to a Pod when the trial ended. */
  readonly neverDropped: number;
  /** Valid trials that do not count: the Pod was out of use before its delete. */
  readonly actedBefore: number;
  readonly medianMs: number | null;
  /** At 95 %, at least this share of such deletions is no slower than the slowest that was seen. */
  readonly coveredShare: number | null;
  /** From the delete to the listener's close without any delay, the shortest that was seen, ms; `null`: not known. */
  readonly closesAfterMs: number | null;
  /** The delay that would have been enough in every trial, ms; `null` where it cannot be told. */
  readonly neededMs: number | null;
}
