import type { Disruption, Scenario, Strategy } from './scenario.ts';

/** What a trial is for: the comparison itself, or a check on the measurement. */
export type TrialRole = 'comparison' | 'negative-control' | 'positive-control';

/** One trial as planned: one disruption of one strategy, inside one block. */
export interface PlannedTrial {
  /** From 1, in the order of execution. */
  readonly number: number;
  /** From 1. */
  readonly block: number;
  readonly role: TrialRole;
  readonly strategy: Strategy;
  readonly disruption: Disruption;
  /** Chooses the victim Pods, derived from the plan's seed. */
  readonly seed: number;
}

/** The scenario laid out as randomized blocks: every strategy × disruption once a block, controls riding along. */
export interface Plan {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly blocks: number;
  readonly trials: readonly PlannedTrial[];
}
