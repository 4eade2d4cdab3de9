import { z } from 'zod';

import { strategySchema } from './scenario.ts';

/** What a rollout of the tuned workload does, as its own object says. */
const tunedWorkloadSchema = z.object({
  kind: z.enum(['Deployment', 'StatefulSet']),
  /** Of the user's manifest; `null`: the run makes it, and the user's own has another name. */
  name: z.string().nullable(),
  /** Whose preStop is set. */
  container: z.string(),
  /** Of the container, that gets the load. */
  port: z.number().int(),
  /** The grace period that its Pods have by themselves, s. */
  graceSeconds: z.number().int(),
  replicas: z.number().int(),
  /** How many new Pods a rolling update may start before old ones are gone. */
  atOnce: z.number().int().min(1),
  /** Whether it goes on only when an old Pod is gone altogether. */
  waitsForEnd: z.boolean(),
});

const tunedSettingSchema = z.object({
  /** Name of its strategy in the scenario of the manifest. */
  strategy: z.string(),
  /** Name of the strategy without a preStop whose app it has. */
  app: z.string(),
  /** How long its preStop sleeps; 0: it has none. */
  seconds: z.number().int().min(0),
  /** How many trials in which no hazard is there confirm it: decided before the first of them. */
  trials: z.number().int().min(1),
});

/** What makes a run a tune: its plan grows, each part of it by what the parts before showed. */
export const tuneSchema = z.object({
  /** The budget of time. */
  minutes: z.number(),
  workload: tunedWorkloadSchema,
  /** The ways in which the scenario lets its app behave, without a preStop, in the order in which they are tried. */
  apps: z.array(strategySchema).min(1),
  /** Those that were computed so far, each longer than the one before. The last is the one that counts. */
  settings: z.array(tunedSettingSchema),
});

export type Tune = z.infer<typeof tuneSchema>;
export type TunedWorkload = z.infer<typeof tunedWorkloadSchema>;
export type TunedSetting = z.infer<typeof tunedSettingSchema>;
