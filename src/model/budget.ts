/** The steps of a shutdown that a budget shows, each counted from the moment the API server received the delete. */
export const BUDGET_STEPS = [
  'slice-updated',
  'first-node-rules',
  'last-node-rules',
  'last-fresh-connection',
  'signal-sent',
  'listener-closed',
  'last-in-flight-done',
  'process-exited',
  'pod-gone',
] as const;
export type BudgetStep = (typeof BUDGET_STEPS)[number];

/** One step over all victims of all valid trials of a strategy, ms since the delete. */
export interface BudgetEntry {
  readonly step: BudgetStep;
  /** Victims of which the step was seen. */
  readonly count: number;
  readonly medianMs: number;
  readonly maxMs: number;
}

/**
 * Listener closed minus a node's rules, ms, one value a victim. Positive: the Pod still listened when the node stopped
 * sending, by so much. Negative: for so long connections went where nobody listened.
 */
export interface SafetyGap {
  readonly count: number;
  readonly medianMs: number;
  /** The smallest: what decides. */
  readonly worstMs: number;
  /** Victims whose gap is below zero, beyond its uncertainty. */
  readonly unsafe: number;
  /** Victims whose gap is smaller than the joint uncertainty of its two ends. */
  readonly indeterminate: number;
  /** Joint uncertainty of the worst one, ms. */
  readonly worstUncertaintyMs: number;
}

/**
 * `safe`: of every victim the gap is known, and above zero beyond its uncertainty. `unsafe`: of one it is below zero, or
 * a node never stopped sending to a Pod that no longer listened. `unknown`: none of these, and of some victim the gap is
 * not known. `unclear`: all are known, but one is within its uncertainty.
 */
export type GapState = 'safe' | 'unsafe' | 'unclear' | 'unknown';

/** What one node's kube-proxy did about the victims that it sent to (or may have: it was not watched). */
export interface NodeBudget {
  readonly node: string;
  /** All of them. */
  readonly victims: number;
  /** Those that it stopped sending to, and when, ms since the delete. */
  readonly dropped: number;
  readonly medianMs: number | null;
  readonly maxMs: number | null;
  /** Those that it still sent to when the clean-up began, and those of which nobody knows. */
  readonly notDropped: number;
  readonly notWatched: number;
  readonly gap: SafetyGap | null;
  readonly state: GapState;
  /** kube-proxy's own account, medians over the trials; `null` where it was not asked, or did not tell. */
  readonly lastSyncBeforeMs: number | null;
  readonly syncsSince: number | null;
  readonly meanSyncMs: number | null;
}

export interface StrategyBudget {
  readonly strategy: string;
  readonly disruption: string;
  /** In the order of BUDGET_STEPS; steps that nobody saw are left out. */
  readonly steps: readonly BudgetEntry[];
  /** All victims. */
  readonly pods: number;
  /** Those that some node sent to, or may have sent to. */
  readonly victims: number;
  /**
   * Up to the last node's rules, of the victims whose listener was seen and whom every node is known to have dropped;
   * `null` where there is none.
   */
  readonly gap: SafetyGap | null;
  readonly state: GapState;
  /** In the order of their names. */
  readonly nodes: readonly NodeBudget[];
}
