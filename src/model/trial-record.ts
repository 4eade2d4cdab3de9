import { z } from 'zod';

import { TRIAL_PHASES } from './history-event.ts';
import { plannedTrialSchema } from './plan.ts';
import { findingSchema } from './verdict.ts';

/** A Pod that the trial's disruption was aimed at, as it was just before. */
const victimSchema = z.object({
  name: z.string(),
  uid: z.string(),
  node: z.string().nullable(),
  podIP: z.string().nullable(),
  /** The container that was killed, where the Pod itself stays. */
  container: z.string().exactOptional(),
});

/** One load of the trial and where its ledger is. */
const trialLoadSchema = z.object({
  name: z.string(),
  engine: z.enum(['autocannon', 'native', 'k6']),
  /** File name inside the trial's directory. */
  ledger: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  /** How many requests the engine itself counted as intended; the ledger must have as many lines. */
  intended: z.number().int().nullable(),
  /** Only of an engine that stamps by the wall clock (k6): how far off its times may be on the run's clock, ns. */
  clockUncertaintyNs: z.number().exactOptional(),
  /** Only of a load that ran inside the cluster: where, from which address, and how sure the ledger's times are. */
  inside: z
    .object({
      pod: z.string(),
      node: z.string(),
      address: z.string(),
      via: z.enum(['nodePort', 'clusterIP', 'headless']),
      /** What is not known of the load's clock, ns; `null` until the load was stopped, 0 where it is the harness' own. */
      clockUncertaintyNs: z.number().nullable(),
      /** Only of one that goes by a name: the addresses that it meant, and until when its records said so, ns since run start. */
      meant: z.array(z.object({ address: z.string(), untilNs: z.number() })).exactOptional(),
    })
    .optional(),
});

/** Where the requests go: without it another Service, or another container of the Pods, cannot be told from the app. */
const appSchema = z.object({
  /** What owns those Pods: a StatefulSet gives a Pod's name to its successor. */
  kind: z.enum(['Deployment', 'StatefulSet']),
  /** Name of the Service in front of the Pods that get the load. */
  service: z.string(),
  /** The containers' port that this Service sends to. */
  port: z.number().int(),
  /** Name of the container that the strategy is put on. */
  container: z.string(),
});

/** trial.json: what was planned, what it was done to, and what was found while it ran. */
export const trialRecordSchema = z.object({
  schemaVersion: z.literal(1),
  trial: plannedTrialSchema,
  /** 1 for the first try, 2 for the repetition of a void trial. */
  attempt: z.number().int().min(1),
  /** Anything but `finished` makes the trial void. */
  state: z.enum(['running', 'finished', 'aborted']),
  namespace: z.string(),
  /** Only of a trial on a workload that had been deployed before. */
  stand: z
    .object({
      /** The first trial that it was meant for: its label, and the attempt's from the second on. */
      deployedFor: z.string(),
      /** How many trials it has been used for, this one included. */
      use: z.number().int().min(1),
    })
    .exactOptional(),
  /** What the ids of its requests begin with in the app's own ledger. Absent: nothing, and there are no others'. */
  requestPrefix: z.string().exactOptional(),
  /** Missing in what older versions wrote. */
  app: appSchema.optional(),
  /** Empty where the disruption names no Pod (rollout-restart, none). */
  victims: z.array(victimSchema),
  /** When each phase began, ns since run start. */
  phases: z.array(z.object({ phase: z.enum(TRIAL_PHASES), atNs: z.number() })),
  loads: z.array(trialLoadSchema),
  /** Found at run time, e.g. by the conservation check against the app's own ledger. */
  findings: z.array(findingSchema),
});

export type TrialRecord = z.infer<typeof trialRecordSchema>;
export type TrialApp = z.infer<typeof appSchema>;
export type Victim = z.infer<typeof victimSchema>;
