import { z } from 'zod';

import { plannedDisruptionSchema, strategySchema } from './scenario.ts';
import type { Disruption, Scenario, Strategy } from './scenario.ts';

const TRIAL_ROLES = ['comparison', 'negative-control', 'positive-control', 'churn-control'] as const;

/** What a trial is for: the comparison itself, or a check on the measurement. */
export type TrialRole = (typeof TRIAL_ROLES)[number];

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

/** The same, as it is read back from a file. */
export const plannedTrialSchema: z.ZodType<PlannedTrial> = z.object({
  number: z.number().int().min(1),
  block: z.number().int().min(1),
  role: z.enum(TRIAL_ROLES),
  strategy: strategySchema,
  disruption: plannedDisruptionSchema,
  seed: z.number().int(),
});

/** The scenario laid out as randomized blocks: every strategy × disruption once a block, controls riding along. */
export interface Plan {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly blocks: number;
  readonly trials: readonly PlannedTrial[];
}
