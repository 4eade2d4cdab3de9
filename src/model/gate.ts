import type { Verdict } from './verdict.ts';

/** The keys of a scenario's `target`, in the order in which they are shown. */
export const GATES = [
  'maxFailingTrials',
  'minMarginMs',
  'maxShutdownMs',
  'maxRecoveryMs',
  'maxP99Ms',
  'maxUnavailableMs',
] as const;
export type GateName = (typeof GATES)[number];

/** One target of the scenario, held against one strategy × disruption × load over all its valid trials. */
export interface GateResult {
  readonly gate: GateName;
  /** As the scenario has it: a share, or ms. */
  readonly limit: number;
  /** `inconclusive`: the figure is not known, or not known well enough to tell. */
  readonly verdict: Verdict;
  /** What is held against the limit, in its unit: the worst of all trials; `null`: not known. */
  readonly figure: number | null;
  /** What was found, with the figure. A clause without a subject, such as `the smallest routing margin is 310 ms ± 4 ms`. */
  readonly explanation: string;
}
