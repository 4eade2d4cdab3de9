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
 * Listener closed minus the last node's rules, ms, one value a victim. Positive: the Pod still listened when the last
 * node stopped sending, by so much. Negative: for so long connections went where nobody listened.
 */
export interface SafetyGap {
  readonly count: number;
  readonly medianMs: number;
  /** The smallest: what decides. */
  readonly worstMs: number;
  /** Victims whose gap is smaller than the joint uncertainty of its two ends. */
  readonly indeterminate: number;
  /** Joint uncertainty of the worst one, ms. */
  readonly worstUncertaintyMs: number;
}

export interface StrategyBudget {
  readonly strategy: string;
  readonly disruption: string;
  /** In the order of BUDGET_STEPS; steps that nobody saw are left out. */
  readonly steps: readonly BudgetEntry[];
  /** `null` where the listener or the rules were not seen. */
  readonly gap: SafetyGap | null;
}
